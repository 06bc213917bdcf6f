// init/stage.hpp - one list of steps with an order of its own: those of init, or of the shutdown
// before or after main. Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "hooks/steps.hpp"
#include "init/component.hpp"

namespace pintle::init {

class Stage final : public Component {
 public:
  Stage(const hooks::Graph& graph, std::size_t parallelism, Hooks& hooks, const Desk& desk);

  /// Starts the next step, if one may start now.
  bool drive(Time now) noexcept override;
  void concluded(const Ended& ended, Time now) noexcept override;
  std::optional<Time> deadline() const noexcept override { return std::nullopt; }

  /// Leaves out one step that has not begun; false if there is none.
  bool skip_next(Skip why) noexcept;

  bool all_done() const noexcept { return steps_.all_done(); }
  /// The step with which the whole list failed; nullptr: none has.
  Hook* failed() const noexcept { return failed_; }
  /// The first step that could run if more could at a time; nullptr: none.
  const Hook* held_back() const noexcept;
  hooks::StepState state(std::size_t step) const noexcept { return steps_.state(step); }
  /// The answer of the step of that id to a condition.
  bool has_succeeded(std::string_view id) const noexcept;

 private:
  struct StepPlace {
    Hook& hook;
    bool is_skipped;    ///< not in this image mode
    bool is_condition;  ///< its failure is an answer
  };

  void start(std::size_t step, Time now) noexcept;

  Desk desk_;
  hooks::Steps steps_;
  std::vector<StepPlace> places_{};
  Hook* failed_ = nullptr;
};

/// How far a step of init or of the shutdown is.
hooks::StepState step_state(const Hook& hook) noexcept;

}  // namespace pintle::init
