// init/checks.hpp - the checks: when each runs, which checks wait for the startup checks, the
// repair of an unhealthy check, and what all checks together say about main. Pure.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "hooks/health.hpp"
#include "init/component.hpp"

namespace pintle::init {

class Checks final : public Component {
 public:
  Checks(Hooks& hooks, const ComponentContext& context);

  /// Main runs: begins the startup checks; the other checks begin when those have passed.
  void begin(Time now) noexcept;
  /// Ends all checks: no further runs.
  void end() noexcept;

  bool drive(Time now) noexcept override;
  void concluded(const Ended& ended, Time now) noexcept override;
  std::optional<Time> deadline() const noexcept override;

  /// The check because of which main must be stopped; nullptr: none. Returns a check only once.
  Hook* take_terminating() noexcept { return std::exchange(terminating_, nullptr); }

  /// Stores the state that main has sent by sd_notify(3), which counts for readiness.
  void set_main_says(hooks::MainSays says) noexcept { main_says_ = says; }

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

  ComponentContext context_;
  std::vector<Hook*> checks_{};
  Hook* terminating_ = nullptr;
  hooks::MainSays main_says_ = hooks::MainSays::nothing;
};

}  // namespace pintle::init
