#include "init/loop.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <span>
#include <thread>
#include <utility>

#include "base/exit_codes.hpp"
#include "init/back_off.hpp"
#include "init/effects.hpp"
#include "init/listener.hpp"
#include "init/notify_socket.hpp"
#include "init/reaper.hpp"
#include "init/requests.hpp"
#include "init/status.hpp"
#include "init/status_socket.hpp"
#include "sys/process.hpp"
#include "sys/reap.hpp"
#include "sys/signals.hpp"
#include "sys/wall_clock.hpp"

namespace pintle::init {
namespace {

/// The wait after a part of a turn has thrown an exception.
constexpr Duration kRest(100);

class Loop {
 public:
  explicit Loop(LoopSetup& setup)
      : setup_(setup),
        supervisor_(setup.model, setup.plan, setup.rules),
        requests_(supervisor_),
        effects_(setup.recipes, supervisor_, requests_),
        listener_(setup.recipes, setup.health_port, setup.mount_namespace),
        reaper_(supervisor_, effects_, listener_, setup.warn_on_reap),
        status_socket_(setup.mount_namespace, !setup.model.hooks.empty() || setup.rules.is_pid1),
        notify_(std::move(setup.notify), setup.outer_notify) {
    setup.recipes.bind(supervisor_.hooks());
    setup.recipes.begin();
    if (notify_.is_open()) supervisor_.note(MainSpoke{notify_.says()}, BootClock::now());
  }

  /// To be called before the first turn. Errors are logged, and the loop works without what failed.
  void prepare() noexcept {
    guarded([this] { watch_clock(); });
    guarded([this] { open_sockets(); });
  }

  /// One turn of the loop: waits, then handles everything that is ready or due. Not null if PID 1
  /// has to end.
  End* turn() noexcept {
    // The first turn does not wait: without steps, main is forked before the first signal is read,
    // so that main gets that signal as well.
    const bool waits = !std::exchange(is_first_turn_, false);
    if (waits) {
      rest_after_failure();
      wait();
    }
    for (std::size_t i = waits ? 0 : 1; i < kCount; ++i) {
      guarded([&] {
        if (!(this->*kSources[i].attend)(std::exchange(ready_[i], false))) let_rest(i);
      });
    }
    return effects_.end();
  }

 private:
  /// Something that PID 1 waits for.
  struct Source {
    /// The descriptor to poll for reading. Below zero or nullptr: none.
    int (Loop::*descriptor)() const noexcept;
    /// Called in each turn; `is_ready`: the descriptor is readable. False if reading failed and
    /// would fail again at once.
    bool (Loop::*attend)(bool is_ready);
    /// When `attend` must be called even without an event; nullptr: never.
    std::optional<Time> (Loop::*due)() const noexcept;
  };
  // In the order of a turn: signals first; main's proof and notifications before its end, after
  // which main's pid is unknown and its messages would be dropped.
  static constexpr std::size_t kCount = 11;
  static const Source kSources[kCount];

  /// Calls `part`. An exception in one part, because of too little memory, must not keep the other
  /// parts from their work.
  template <class Part>
  void guarded(Part part) noexcept {
    try {
      part();
    } catch (const std::exception& error) {
      log::error(error.what());
      failed_ = true;
    }
  }

  /// After an exception, waits for kRest or a signal, since it would often happen again at once.
  /// The next turn then does not wait, since no event may come that repeats the work.
  void rest_after_failure() noexcept {
    at_once_ = std::exchange(failed_, false);
    if (at_once_) rest();
  }

  /// Waits for kRest or a signal. An error of poll(2) is ignored.
  void rest() const noexcept {
    pollfd signals{setup_.signals.get(), POLLIN, 0};
    if (::poll(&signals, 1, static_cast<int>(kRest.count())) < 0)
      std::this_thread::sleep_for(kRest);
  }

  /// Only jobs need the wall clock and a notification when it is set or the machine was suspended:
  /// the timeout of poll(2) does not include suspended time.
  void watch_clock() {
    const auto& hooks = setup_.model.hooks;
    const auto is_job = [](const config::Hook& hook) { return hook.kind() == config::Kind::job; };
    if (std::none_of(hooks.begin(), hooks.end(), is_job)) return;
    // The clock is read after it is watched, so that no change in between is missed.
    if (auto clock = sys::watch_wall_clock()) {
      clock_ = *std::move(clock);
    } else {
      log::warning(fmt::format("{}; jobs do not notice a change of the clock or a suspend",
                               clock.error().message()));
    }
    supervisor_.note(ClockChanged{sys::wall_offset()}, BootClock::now());
  }

  void wait() noexcept {
    std::array<pollfd, kCount + OutputLog::kMost> polled{};
    for (std::size_t i = 0; i < kCount; ++i) {
      const auto descriptor = kSources[i].descriptor;
      const bool is_heard = descriptor != nullptr && !is_resting(i);
      polled[i] = {is_heard ? (this->*descriptor)() : -1, POLLIN, 0};
    }
    const std::size_t outputs = effects_.outputs().watch(std::span(polled).subspan<kCount>());
    const bool is_urgent = at_once_ || reaper_.is_unfinished();
    const int found = ::poll(polled.data(), kCount + outputs, is_urgent ? 0 : timeout());
    // poll(2) fails if there are more descriptors than the limit, or without memory. Then every
    // source is treated as ready, after a wait.
    const bool is_blind = found < 0 && errno != EINTR;
    if (is_blind) rest();
    outputs_ready_ = found > 0 || is_blind;
    for (std::size_t i = 0; i < kCount; ++i) {
      ready_[i] = polled[i].revents != 0 || (is_blind && polled[i].fd >= 0);
    }
  }

  /// Does not poll the source for kBackOff: what could not be read, because of too little memory or
  /// descriptors, would make it ready again at once.
  void let_rest(std::size_t source) noexcept { rest_until_[source] = BootClock::now() + kBackOff; }

  bool is_resting(std::size_t source) noexcept {
    auto& until = rest_until_[source];
    if (until && BootClock::now() >= *until) until.reset();
    return until.has_value();
  }

  /// Milliseconds to the next deadline, rounded up; -1 if there is none.
  int timeout() const noexcept {
    std::optional<Time> first;
    for (const Source& source : kSources) {
      if (source.due != nullptr) first = earliest(first, (this->*source.due)());
    }
    for (const auto& until : rest_until_) first = earliest(first, until);
    if (!first) return -1;
    const auto left = std::chrono::ceil<Duration>(*first - BootClock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 1 << 30));
  }

  // --- the sources ---------------------------------------------------------------------------

  int signals_descriptor() const noexcept { return setup_.signals.get(); }

  bool read_signals(bool) {
    for (;;) {
      const auto signal = sys::next_signal(setup_.signals);
      if (!signal) {
        log::error(signal.error().message());
        std::this_thread::sleep_for(kBackOff);
        return true;
      }
      if (!*signal) return true;
      const auto [number, sender] = **signal;
      if (number == SIGCHLD) {
        look_for_stop();
      } else if (sender !=
                 ::getpid()) {  // not a signal that pintle itself has caused by a write or kill
        feed(Signalled{number});
      }
    }
  }

  void look_for_stop() {
    const Run& main = supervisor_.hooks().main().run;
    if (!main.is_active()) return;
    if (const auto signal = sys::stopped_by(main.pid)) feed(MainStopped{*signal});
  }

  int clock_descriptor() const noexcept { return clock_.get(); }

  bool read_clock_change(bool is_ready) {
    if (!is_ready) return true;
    sys::clear_clock_event(clock_);
    feed(ClockChanged{sys::wall_offset()});
    return true;
  }

  std::optional<Time> reaper_due() const noexcept { return reaper_.due(); }

  bool reap(bool) {
    reaper_.reap([this] { drain(); });
    return true;
  }

  std::optional<Time> supervisor_due() const noexcept { return supervisor_.deadline(); }

  bool act(bool) {
    drain();
    return true;
  }

  bool read_outputs(bool) {
    if (std::exchange(outputs_ready_, false)) effects_.outputs().read();
    return true;
  }

  std::optional<Time> listener_due() const noexcept { return listener_.due(); }

  bool start_listener(bool) {
    if (supervisor_.phase() > Phase::running) listener_.end();
    listener_.start_if_due(BootClock::now());
    return true;
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

  int proof_descriptor() const noexcept { return effects_.proof_descriptor(); }

  bool read_proof(bool is_ready) {
    if (is_ready && effects_.proof_descriptor() >= 0) effects_.read_proof();
    return true;
  }

  int notify_descriptor() const noexcept { return notify_.descriptor().get(); }

  bool read_main_notifications(bool is_ready) {
    if (!notify_.is_open() || !is_ready) return true;
    const NotifySocket::Heard heard{setup_.model.main.notify, effects_.main_pid(),
                                    setup_.recipes.main().identity().uid};
    return notify_.receive(heard, [this](const Notification& said) { apply_notification(said); });
  }

  std::optional<Time> notify_due() const noexcept { return notify_.due(); }

  bool notify_outer_socket(bool) {
    if (notify_.has_outer()) notify_.tell(status(), BootClock::now());
    return true;
  }

  void apply_notification(const Notification& said) {
    notify_.remember(said, setup_.recipes.secrets().scrub(said.status.value_or("")));
    if (said.says) feed(MainSpoke{*said.says});
    if (said.is_watchdog) notify_.ping(status());
    if (!said.extension) return;
    feed(GraceExtended{*said.extension});
    (void)notify_.pass_on(fmt::format("EXTEND_TIMEOUT_USEC={}\n", said.extension->count() * 1000));
  }

  int requests_descriptor() const noexcept { return requests_.descriptor().get(); }
  std::optional<Time> requests_due() const noexcept { return requests_.due(); }

  bool take_requests(bool is_ready) {
    const auto feed_each = [this](const Event& event) { feed(event); };
    const bool were_taken = !is_ready || requests_.receive(feed_each);
    requests_.settle();
    return were_taken;
  }

  control::Status status() const {
    control::Status status = status_of(supervisor_);
    status.requests = requests_.name();
    status.unlocked = setup_.unlocked;
    if (notify_.is_open()) {
      status.main_says = notify_.says();
      status.main_text = notify_.text();
    }
    return status;
  }

  void open_sockets() {
    status_socket_.open_if_due(BootClock::now());
    if (status_socket_.is_open()) requests_.open_if_due(BootClock::now());
  }

  int status_descriptor() const noexcept { return status_socket_.descriptor(); }
  std::optional<Time> status_due() const noexcept { return status_socket_.due(); }

  bool serve(bool is_ready) {
    open_sockets();
    return !is_ready || status_socket_.serve([this] { return control::encode(status()); });
  }

  LoopSetup& setup_;
  Supervisor supervisor_;
  Requests requests_;
  Effects effects_;
  Listener listener_;
  Reaper reaper_;
  StatusSocket status_socket_;
  NotifySocket notify_;
  Fd clock_;
  std::array<bool, kCount> ready_{};                      ///< of each source
  std::array<std::optional<Time>, kCount> rest_until_{};  ///< of each source
  bool outputs_ready_ = false;
  bool is_first_turn_ = true;
  bool failed_ = false;   ///< a part of this turn has thrown
  bool at_once_ = false;  ///< this turn does not wait
};

const Loop::Source Loop::kSources[] = {
    {&Loop::signals_descriptor, &Loop::read_signals, nullptr},
    {&Loop::clock_descriptor, &Loop::read_clock_change, nullptr},
    {&Loop::proof_descriptor, &Loop::read_proof, nullptr},
    {&Loop::notify_descriptor, &Loop::read_main_notifications, nullptr},
    {nullptr, &Loop::reap, &Loop::reaper_due},
    {nullptr, &Loop::act, &Loop::supervisor_due},
    {nullptr, &Loop::start_listener, &Loop::listener_due},
    {nullptr, &Loop::read_outputs, nullptr},
    {nullptr, &Loop::notify_outer_socket, &Loop::notify_due},
    {&Loop::requests_descriptor, &Loop::take_requests, &Loop::requests_due},
    {&Loop::status_descriptor, &Loop::serve, &Loop::status_due},
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
    // Nothing has been started. The text is short enough to need no allocation.
    return {static_cast<int>(ExitCode::internal), "out of memory"};
  }
}

}  // namespace pintle::init
