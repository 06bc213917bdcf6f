#include "hooks/steps.hpp"

namespace pintle::hooks {

Steps::Steps(const Graph& graph, std::size_t parallelism)
    : states_(graph.size(), StepState::waiting),
      open_precedents_(graph.size()),
      waiters_(graph.size()),
      parallelism_(parallelism) {
  for (std::size_t step = 0; step < graph.size(); ++step) {
    open_precedents_[step] = graph[step].precedents.size();
    for (const std::size_t precedent : graph[step].precedents) {
      waiters_[precedent].push_back(step);
    }
  }
}

std::optional<std::size_t> Steps::start_next() noexcept {
  if (running_ >= parallelism_) return std::nullopt;
  while (first_waiting_ < states_.size() && states_[first_waiting_] != StepState::waiting) {
    ++first_waiting_;
  }
  for (std::size_t step = first_waiting_; step < states_.size(); ++step) {
    if (states_[step] != StepState::waiting || open_precedents_[step] > 0) continue;
    states_[step] = StepState::running;
    ++running_;
    return step;
  }
  return std::nullopt;
}

std::optional<std::size_t> Steps::skip_next() noexcept {
  for (std::size_t step = 0; step < states_.size(); ++step) {
    if (states_[step] != StepState::waiting) continue;
    states_[step] = StepState::skipped;
    return step;
  }
  return std::nullopt;
}

void Steps::finish(std::size_t step, StepState result) noexcept {
  --running_;
  states_[step] = result;
  if (result == StepState::failed) return;
  ++done_;
  for (const std::size_t waiter : waiters_[step]) {
    if (--open_precedents_[waiter] == 0 && waiter < first_waiting_) first_waiting_ = waiter;
  }
}

std::string_view name_of(StepState state) noexcept {
  constexpr std::string_view kNames[] = {"waiting", "running",   "done",      "false",
                                         "skipped", "continued", "fell back", "failed"};
  return kNames[static_cast<std::size_t>(state)];
}

}  // namespace pintle::hooks
