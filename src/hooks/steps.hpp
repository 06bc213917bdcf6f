// hooks/steps.hpp - how far the steps of a plan are: which may start now, and whether all are done.
// Pure, and after construction without allocation.
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
  answered_no,  ///< failed, and another step's condition wanted to know
  skipped,
  went_on,    ///< failed, with onFailure: continue
  fell_back,  ///< failed, and its fallback did not
  failed,
};

std::string_view name_of(StepState state) noexcept;

class Steps {
 public:
  /// At most `parallelism` steps run at the same time.
  Steps(const Graph& graph, std::size_t parallelism);

  /// A step that may start now, in the order of the text; it counts as running from here on.
  std::optional<std::size_t> start_next() noexcept;

  /// A step that has not been started, and never will be: it is skipped; nullopt when none is left.
  std::optional<std::size_t> skip_next() noexcept;

  /// Anything but `failed` lets those go that wait for it.
  void finish(std::size_t step, StepState result) noexcept;

  bool all_done() const noexcept { return done_ == states_.size(); }
  /// It waits for nothing but for another to end: as many run as may.
  bool is_held_back(std::size_t step) const noexcept {
    return running_ >= parallelism_ && states_[step] == StepState::waiting &&
           open_precedents_[step] == 0;
  }
  std::size_t parallelism() const noexcept { return parallelism_; }
  StepState state(std::size_t step) const noexcept { return states_[step]; }
  std::size_t size() const noexcept { return states_.size(); }

 private:
  std::vector<StepState> states_;
  std::vector<std::size_t> open_precedents_;       ///< how many each step still waits for
  std::vector<std::vector<std::size_t>> waiters_;  ///< whom each step's end may let go
  std::size_t parallelism_;
  std::size_t running_ = 0;
  std::size_t done_ = 0;
  std::size_t first_waiting_ = 0;
};

}  // namespace pintle::hooks
