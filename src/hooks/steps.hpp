// hooks/steps.hpp - the states of the steps of a plan: which may start now, and whether all are
// done. Pure; does not allocate after construction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "hooks/plan.hpp"

namespace pintle::hooks {

enum class StepState : std::uint8_t {
  waiting,
  running,
  done,
  condition_false,  ///< failed, and only another step's condition uses its result
  skipped,
  continued,  ///< failed, with onFailure: continue
  fell_back,  ///< failed, but its fallback succeeded
  failed,
};

std::string_view name_of(StepState state) noexcept;

class Steps {
 public:
  /// At most `parallelism` steps run at the same time, not counting groups and what runs during
  /// other steps.
  Steps(const Graph& graph, std::size_t parallelism);

  /// Marks the next step that may start, in the order of the config, as running and returns it;
  /// nullopt if there is none.
  std::optional<std::size_t> start_next() noexcept;

  /// The next step of a `finally` that has not begun, of a group that has: marks it as running,
  /// whatever it waits for. nullopt if there is none.
  std::optional<std::size_t> start_next_final() noexcept;

  /// Marks a waiting step as skipped and returns it; nullopt if none is waiting.
  std::optional<std::size_t> skip_next() noexcept;

  /// Sets the result of a running step, or of what ends a step that ran during others. Unless it is
  /// `failed`, the steps that wait for it may start.
  void finish(std::size_t step, StepState result) noexcept;

  /// Makes a running step wait again. Not for one that counts for `parallelism`.
  void put_back(std::size_t step) noexcept;

  bool all_done() const noexcept { return done_ == states_.size(); }
  /// True if only the limit of `parallelism` keeps the step from starting.
  bool is_held_back(std::size_t step) const noexcept {
    return nodes_[step].part == Part::whole && running_ >= parallelism_ &&
           states_[step] == StepState::waiting && open_precedents_[step] == 0;
  }
  std::size_t parallelism() const noexcept { return parallelism_; }
  StepState state(std::size_t step) const noexcept { return states_[step]; }
  std::size_t size() const noexcept { return states_.size(); }

 private:
  bool begin(std::size_t step) noexcept;

  struct Node {
    Part part;
    bool is_final;
    std::optional<std::size_t> group;
  };
  std::vector<Node> nodes_;
  bool has_parts_ = false;  ///< some nodes do not count for `parallelism`
  std::vector<StepState> states_;
  std::vector<std::size_t> open_precedents_;       ///< how many each step still waits for
  std::vector<std::vector<std::size_t>> waiters_;  ///< the steps that wait for each step
  std::size_t parallelism_;
  std::size_t running_ = 0;
  std::size_t done_ = 0;
  std::size_t first_waiting_ = 0;
};

}  // namespace pintle::hooks
