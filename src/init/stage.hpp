// init/stage.hpp - runs one list of steps in its order: the init steps, or the shutdown steps
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
  Stage(const hooks::Graph& graph, std::size_t parallelism, Hooks& hooks,
        const ComponentContext& context);

  /// Starts the next step if one may start now.
  bool drive(Time now) noexcept override;
  /// The next step of a `finally`, when no other step will run any more.
  bool drive_finally(Time now) noexcept;
  /// Skips one of them, for lack of time; false if there is none.
  bool skip_finally() noexcept;
  void started(Hook& hook) noexcept override;
  void concluded(const Ended& ended, Time now) noexcept override;
  std::optional<Time> deadline() const noexcept override { return std::nullopt; }

  /// Skips one step that has not begun; false if there is none.
  bool skip_next(Skip why) noexcept;

  bool all_done() const noexcept { return steps_.all_done(); }
  /// The step whose failure made the list fail; nullptr: none.
  Hook* failed() const noexcept { return failed_; }
  /// The first step that only the limit of `parallelism` keeps from starting; nullptr: none.
  const Hook* held_back() const noexcept;
  /// Of the step that begins at this place.
  hooks::StepState state(std::size_t step) const noexcept;
  /// The value of the step with this id in a condition.
  bool has_succeeded(std::string_view id) const noexcept;

 private:
  struct StepPlace {
    Hook& hook;
    bool is_skipped;    ///< it does not run in this image mode
    bool is_condition;  ///< its failure only makes a condition false
    hooks::Part part;
    std::size_t end;  ///< the node with which it is done
    std::optional<std::size_t> group;
    bool holds = false;  ///< a child has found that its condition holds
  };

  void start(std::size_t step, Time now) noexcept;
  void end(std::size_t step, Time now) noexcept;
  bool is_in_skipped_group(const StepPlace& place) const noexcept;
  void concluded_question(const Ended& ended, std::size_t step) noexcept;
  void concluded_beside(const Ended& ended, std::size_t step) noexcept;
  void fail(std::size_t step, Hook& hook, News news) noexcept;

  ComponentContext context_;
  hooks::Steps steps_;
  std::vector<StepPlace> places_{};
  Hook* failed_ = nullptr;
};

/// The state of an init step or a shutdown step.
hooks::StepState step_state(const Hook& hook) noexcept;

}  // namespace pintle::init
