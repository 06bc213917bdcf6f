// init/checks.hpp - the checks: when each runs, the gates that the startup checks keep shut, the
// repair of one that turned unhealthy, and what they say of main together. Pure.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "hooks/health.hpp"
#include "init/component.hpp"

namespace pintle::init {

class Checks final : public Component {
 public:
  Checks(Hooks& hooks, const Desk& desk);

  /// Main runs: the startup checks begin, the others when those have passed.
  void begin(Time now) noexcept;
  /// No further runs.
  void end() noexcept;

  bool drive(Time now) noexcept override;
  void concluded(const Ended& ended, Time now) noexcept override;
  std::optional<Time> deadline() const noexcept override;

  /// A check for the failure of which main is to be stopped; nullptr: none. Told once.
  Hook* take_terminating() noexcept { return std::exchange(terminating_, nullptr); }

  /// What main says of itself counts for readiness.
  void hear(hooks::MainSays says) noexcept { main_says_ = says; }

  bool is_alive() const noexcept;
  bool is_ready() const noexcept;

 private:
  void run_ended(Hook& hook, bool succeeded, Time now) noexcept;
  void repair_ended(const Ended& ended, Time now) noexcept;
  void turned(Hook& hook, Time now) noexcept;
  void open_gates(Time now) noexcept;
  bool startup_passed() const noexcept;
  template <class Is>
  bool any(config::Question question, Is is) const noexcept;

  Desk desk_;
  std::vector<Hook*> checks_{};
  Hook* terminating_ = nullptr;
  hooks::MainSays main_says_ = hooks::MainSays::nothing;
};

}  // namespace pintle::init
