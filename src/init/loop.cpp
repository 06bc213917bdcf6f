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

#include "control/socket.hpp"
#include "init/effects.hpp"
#include "init/listener.hpp"
#include "init/notify_socket.hpp"
#include "init/requests.hpp"
#include "sys/process.hpp"
#include "sys/reap.hpp"
#include "sys/signals.hpp"
#include "sys/wall_clock.hpp"

namespace pintle::init {
namespace {

/// After an error that would come back at once: never spin, never exit.
constexpr Duration kBackOff(1000);

class Loop {
 public:
  explicit Loop(LoopSetup& setup)
      : setup_(setup),
        supervisor_(setup.model, setup.plan, setup.rules),
        requests_(setup.model),
        effects_(setup.model, setup.launcher, supervisor_, requests_),
        listener_(setup.launcher, setup.health_port, setup.mount_namespace),
        notify_(std::move(setup.notify), setup.outer_notify) {
    if (notify_.is_open()) supervisor_.note(MainSpoke{notify_.says()}, BootClock::now());
  }

  /// Only jobs need to know the wall time, and when somebody sets it or the machine has slept:
  /// poll(2) does not count that.
  void watch_clock() {
    const auto& hooks = setup_.model.hooks;
    const auto is_job = [](const config::Hook& hook) { return hook.kind == config::Kind::job; };
    if (std::none_of(hooks.begin(), hooks.end(), is_job)) return;
    if (auto clock = sys::watch_wall_clock()) {
      clock_ = *std::move(clock);
    } else {
      log::warning(fmt::format("{}; jobs do not notice when the clock is set or the machine slept",
                               clock.error().message()));
    }
    supervisor_.note(ClockChanged{sys::wall_offset()}, BootClock::now());
  }

  void open_control_socket() {
    auto socket = control::ControlSocket::open(setup_.mount_namespace);
    if (socket) {
      control_ = *std::move(socket);
      if (const auto opened = requests_.open(); !opened) log::warning(opened.error().message());
    } else if (!setup_.model.hooks.empty() || setup_.rules.is_pid1) {
      log::warning(fmt::format("{}; going on without 'pintle health' and 'pintle status'",
                               socket.error().message()));
    }
  }

  /// One turn: wait, then signals, children, deadlines, clients. Set when PID 1 is to end.
  std::optional<End> turn() {
    if (first_turn_) {
      // Without steps main is forked now, so signals that came before it existed reach it too.
      drain();
    } else {
      wait();
      read_signals();
    }
    hear_clock();
    hear_main();  // before its end, which makes it nobody
    reap();
    drain();
    keep_listener();
    if (outputs_ready_) effects_.outputs().read();
    tell_outer();
    take_requests();
    serve();
    return effects_.end();
  }

  /// After an exception: there may be actions left, which no event would bring up again.
  void go_on() noexcept { first_turn_ = true; }

 private:
  void wait() noexcept {
    std::array<pollfd, 5 + OutputLog::kMost> sources{};
    sources[0] = {setup_.signals.get(), POLLIN, 0};
    sources[1] = {-1, POLLIN, 0};
    if (control_ && !control_rests_) sources[1].fd = control_->descriptor().get();
    sources[2] = {requests_.descriptor().get(), POLLIN, 0};
    sources[3] = {notify_.descriptor().get(), POLLIN, 0};
    sources[4] = {clock_.get(), POLLIN, 0};
    const std::size_t outputs = effects_.outputs().watch(std::span(sources).subspan<5>());
    outputs_ready_ = ::poll(sources.data(), 5 + outputs, timeout()) > 0 && outputs > 0;
    control_ready_ = sources[1].revents != 0;
    requests_ready_ = sources[2].revents != 0;
    notify_ready_ = sources[3].revents != 0;
    clock_ready_ = sources[4].revents != 0;
  }

  /// Milliseconds to the next deadline, rounded up; -1 when there is none.
  int timeout() const noexcept {
    auto deadline = supervisor_.deadline();
    for (const auto& other : {control_rests_, listener_.due(), notify_.due()}) {
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
    const Run& main = supervisor_.run(kMain);
    if (setup_.rules.is_pid1 || !main.is_active()) return;
    if (sys::stopped_by(main.pid)) feed(MainStopped{});
  }

  void hear_clock() {
    if (!std::exchange(clock_ready_, false)) return;
    sys::heed_wall_clock(clock_);
    feed(ClockChanged{sys::wall_offset()});
  }

  void reap() {
    for (;;) {
      const auto dead = sys::look_for_dead();
      if (!dead) return log::error(dead.error().message());
      if (!dead->one) return supervisor_.note(AllReaped{dead->has_children}, BootClock::now());
      const sys::Exit gone = *dead->one;
      if (supervisor_.kills_group_of(gone.pid)) (void)::kill(-gone.pid, SIGKILL);
      (void)sys::collect(gone.pid);
      bury(gone);
    }
  }

  void bury(const sys::Exit& gone) {
    if (listener_.buried(gone.pid, gone.code, BootClock::now())) return;
    const auto owner = supervisor_.owner_of(gone.pid);
    ChildGone event{gone.pid, gone.code, gone.signal};
    if (owner) {
      const auto last = effects_.last_words(*owner, gone);
      event.failure = last.failure;
      event.was_skipped = last.was_skipped;
    }
    feed(event);
    if (!owner && setup_.warn_on_reap) {
      log::warning(fmt::format("reaped orphan {} with exit code {}", gone.pid, gone.code));
    }
  }

  void keep_listener() {
    if (supervisor_.phase() > Supervisor::Phase::running) listener_.end();
    listener_.keep_up(BootClock::now());
  }

  void feed(const Event& event) {
    supervisor_.note(event, BootClock::now());
    drain();
  }

  void drain() {
    first_turn_ = false;
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
    if (notify_.is_open() && notify_.has_outer()) notify_.tell(status(), BootClock::now());
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
      requests_.receive(supervisor_, [this](const Event& event) { feed(event); });
    }
    requests_.settle(supervisor_);
  }

  control::Status status() const {
    control::Status status = effects_.status();
    status.requests = requests_.name();
    if (notify_.is_open()) {
      status.main_says = notify_.says();
      status.main_text = notify_.text();
    }
    return status;
  }

  void serve() {
    if (control_rests_ && BootClock::now() >= *control_rests_) control_rests_.reset();
    if (!control_ready_ || !control_) return;
    const bool is_short = control_->serve([this] { return control::encode(status()); });
    if (is_short) control_rests_ = BootClock::now() + kBackOff;
  }

  LoopSetup& setup_;
  Supervisor supervisor_;
  Requests requests_;
  Effects effects_;
  Listener listener_;
  std::optional<control::ControlSocket> control_;
  std::optional<Time> control_rests_;
  bool control_ready_ = false;
  NotifySocket notify_;
  Fd clock_;
  bool clock_ready_ = false;
  bool requests_ready_ = false;
  bool notify_ready_ = false;
  bool outputs_ready_ = false;
  bool first_turn_ = true;
};

}  // namespace

End run(LoopSetup setup) noexcept {
  std::optional<Loop> loop;
  for (;;) {
    try {
      if (!loop) {
        loop.emplace(setup);
        loop->watch_clock();
        loop->open_control_socket();
      }
      if (const auto end = loop->turn()) return *end;
    } catch (const std::exception& error) {
      log::error(error.what());
      if (loop) loop->go_on();
    }
  }
}

}  // namespace pintle::init
