#include "init/loop.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <span>
#include <utility>

#include "base/exit_codes.hpp"
#include "init/back_off.hpp"
#include "init/effects.hpp"
#include "init/listener.hpp"
#include "init/notify_socket.hpp"
#include "init/reaper.hpp"
#include "init/requests.hpp"
#include "init/status_socket.hpp"
#include "sys/process.hpp"
#include "sys/reap.hpp"
#include "sys/signals.hpp"
#include "sys/wall_clock.hpp"

namespace pintle::init {
namespace {

/// After a part of a turn that threw.
constexpr Duration kRest(100);

class Loop {
  using Part = void (Loop::*)();

 public:
  explicit Loop(LoopSetup& setup)
      : setup_(setup),
        supervisor_(setup.model, setup.plan, setup.rules),
        requests_(supervisor_),
        effects_(setup.model, setup.launcher, supervisor_, requests_),
        listener_(setup.launcher, setup.health_port, setup.mount_namespace),
        reaper_(supervisor_, effects_, listener_, setup.warn_on_reap),
        door_(setup.mount_namespace, !setup.model.hooks.empty() || setup.rules.is_pid1),
        notify_(std::move(setup.notify), setup.outer_notify) {
    if (notify_.is_open()) supervisor_.note(MainSpoke{notify_.says()}, BootClock::now());
  }

  /// Before the first turn. What cannot be had is done without.
  void prepare() noexcept {
    guarded(&Loop::watch_clock);
    guarded(&Loop::keep_door);
  }

  /// One turn: wait, then signals, children, deadlines, clients. Set when PID 1 is to end.
  End* turn() noexcept {
    // In their order: main is heard before its end is noted, after which its pid is nobody's.
    constexpr Part kParts[] = {&Loop::hear_clock, &Loop::hear_main,     &Loop::reap,
                               &Loop::drain,      &Loop::keep_listener, &Loop::read_outputs,
                               &Loop::tell_outer, &Loop::take_requests, &Loop::keep_door,
                               &Loop::serve};
    // Without steps main is forked before the first signal is read, so that it gets that too.
    if (!std::exchange(is_first_turn_, false)) {
      rest_after_failure();
      wait();
      guarded(&Loop::read_signals);
    }
    for (const Part part : kParts) guarded(part);
    return effects_.end();
  }

 private:
  /// Nothing that throws in one part, for want of memory, keeps another part from its work.
  void guarded(Part part) noexcept {
    try {
      (this->*part)();
    } catch (const std::exception& error) {
      log::error(error.what());
      failed_ = true;
    }
  }

  /// What failed would often fail again at once, and nothing else may bring it up again: it is
  /// tried once more after a rest, which a signal ends.
  void rest_after_failure() noexcept {
    at_once_ = std::exchange(failed_, false);
    if (!at_once_) return;
    pollfd signals{setup_.signals.get(), POLLIN, 0};
    (void)::poll(&signals, 1, static_cast<int>(kRest.count()));
  }

  /// Only jobs need to know the wall time, and when somebody sets it or the machine has slept:
  /// poll(2) does not count that.
  void watch_clock() {
    const auto& hooks = setup_.model.hooks;
    const auto is_job = [](const config::Hook& hook) { return hook.kind == config::Kind::job; };
    if (std::none_of(hooks.begin(), hooks.end(), is_job)) return;
    supervisor_.note(ClockChanged{sys::wall_offset()}, BootClock::now());
    if (auto clock = sys::watch_wall_clock()) {
      clock_ = *std::move(clock);
    } else {
      log::warning(fmt::format("{}; jobs do not notice when the clock is set or the machine slept",
                               clock.error().message()));
    }
  }

  void wait() noexcept {
    std::array<pollfd, 5 + OutputLog::kMost> sources{};
    sources[0] = {setup_.signals.get(), POLLIN, 0};
    sources[1] = {door_.descriptor(), POLLIN, 0};
    sources[2] = {requests_.descriptor().get(), POLLIN, 0};
    sources[3] = {notify_.descriptor().get(), POLLIN, 0};
    sources[4] = {clock_.get(), POLLIN, 0};
    const std::size_t outputs = effects_.outputs().watch(std::span(sources).subspan<5>());
    const bool is_urgent = at_once_ || reaper_.is_unfinished();
    const int ready = ::poll(sources.data(), 5 + outputs, is_urgent ? 0 : timeout());
    outputs_ready_ = ready > 0 && outputs > 0;
    door_ready_ = sources[1].revents != 0;
    requests_ready_ = sources[2].revents != 0;
    notify_ready_ = sources[3].revents != 0;
    clock_ready_ = sources[4].revents != 0;
  }

  /// Milliseconds to the next deadline, rounded up; -1 when there is none.
  int timeout() const noexcept {
    auto deadline = supervisor_.deadline();
    for (const auto& other : {door_.due(), listener_.due(), notify_.due()}) {
      if (other && (!deadline || *other < *deadline)) deadline = other;
    }
    if (!deadline) return -1;
    const auto left = std::chrono::ceil<Duration>(*deadline - BootClock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 1 << 30));
  }

  void read_signals() {
    for (;;) {
      const auto signal = sys::next_signal(setup_.signals);
      if (!signal) {
        log::error(signal.error().message());
        (void)::poll(nullptr, 0, static_cast<int>(kBackOff.count()));
        return;
      }
      if (!*signal) return;
      const auto [number, sender] = **signal;
      if (number == SIGCHLD) {
        look_for_stop();
      } else if (sender != ::getpid()) {  // not what our own writes or kills bring back to us
        feed(Signalled{number});
      }
    }
  }

  void look_for_stop() {
    const Run& main = supervisor_.hooks().main().run;
    if (!main.is_active()) return;
    if (const auto signal = sys::stopped_by(main.pid)) feed(MainStopped{*signal});
  }

  void hear_clock() {
    if (!std::exchange(clock_ready_, false)) return;
    sys::heed_wall_clock(clock_);
    feed(ClockChanged{sys::wall_offset()});
  }

  void reap() {
    reaper_.reap([this] { drain(); });
  }

  void read_outputs() {
    if (std::exchange(outputs_ready_, false)) effects_.outputs().read();
  }

  void keep_listener() {
    if (supervisor_.phase() > Phase::running) listener_.end();
    listener_.keep_up(BootClock::now());
  }

  void feed(const Event& event) {
    supervisor_.note(event, BootClock::now());
    drain();
  }

  void drain() {
    while (const auto action = supervisor_.next(BootClock::now())) {
      if (const auto follow_up = effects_.perform(*action)) {
        supervisor_.note(*follow_up, BootClock::now());
      }
    }
  }

  void hear_main() {
    if (!notify_.is_open()) return;
    const NotifySocket::Heard heard{setup_.model.main.notify, effects_.main_pid(),
                                    setup_.launcher.identity(kMain).uid};
    if (std::exchange(notify_ready_, false)) {
      notify_.receive(heard, [this](const Notification& said) { heed(said); });
    }
  }

  void tell_outer() {
    if (notify_.has_outer()) notify_.tell(status(), BootClock::now());
  }

  void heed(const Notification& said) {
    notify_.remember(said, setup_.launcher.scrub(said.status.value_or("")));
    if (said.says) feed(MainSpoke{*said.says});
    if (said.is_watchdog) notify_.ping(status());
    if (!said.extension) return;
    feed(GraceExtended{*said.extension});
    (void)notify_.pass_on(fmt::format("EXTEND_TIMEOUT_USEC={}\n", said.extension->count() * 1000));
  }

  void take_requests() {
    if (std::exchange(requests_ready_, false)) {
      requests_.receive([this](const Event& event) { feed(event); });
    }
    requests_.settle();
  }

  control::Status status() const {
    control::Status status = effects_.status();
    status.requests = requests_.name();
    status.unlocked = setup_.unlocked;
    if (notify_.is_open()) {
      status.main_says = notify_.says();
      status.main_text = notify_.text();
    }
    return status;
  }

  void keep_door() {
    if (!door_.keep_up(BootClock::now())) return;
    if (const auto opened = requests_.open(); !opened) log::warning(opened.error().message());
  }

  void serve() {
    door_.serve(
        std::exchange(door_ready_, false), [this] { return control::encode(status()); },
        BootClock::now());
  }

  LoopSetup& setup_;
  Supervisor supervisor_;
  Requests requests_;
  Effects effects_;
  Listener listener_;
  Reaper reaper_;
  StatusSocket door_;
  NotifySocket notify_;
  Fd clock_;
  bool door_ready_ = false;
  bool clock_ready_ = false;
  bool requests_ready_ = false;
  bool notify_ready_ = false;
  bool outputs_ready_ = false;
  bool is_first_turn_ = true;
  bool failed_ = false;   ///< a part of this turn threw
  bool at_once_ = false;  ///< this turn waits for nothing
};

}  // namespace

End run(LoopSetup setup) noexcept {
  try {
    Loop loop(setup);
    loop.prepare();
    for (;;) {
      if (End* end = loop.turn()) return std::move(*end);
    }
  } catch (const std::exception&) {
    // Nothing has been started. The words are short enough to need no memory.
    return {static_cast<int>(ExitCode::internal), "out of memory"};
  }
}

}  // namespace pintle::init
