#include "hooks/steps.hpp"

#include <algorithm>

namespace pintle::hooks {

Steps::Steps(const Graph& graph, std::size_t parallelism)
    : states_(graph.size(), StepState::waiting),
      open_precedents_(graph.size()),
      waiters_(graph.size()),
      parallelism_(parallelism) {
  nodes_.reserve(graph.size());
  for (std::size_t step = 0; step < graph.size(); ++step) {
    nodes_.push_back({graph[step].part, graph[step].is_final, graph[step].group});
    has_parts_ |= graph[step].part != Part::whole;
    open_precedents_[step] = graph[step].precedents.size();
    for (const std::size_t precedent : graph[step].precedents) {
      waiters_[precedent].push_back(step);
    }
  }
}

/// False if the limit of `parallelism` keeps it from starting.
bool Steps::begin(std::size_t step) noexcept {
  const bool counts = nodes_[step].part == Part::whole;
  if (counts && running_ >= parallelism_) return false;
  states_[step] = StepState::running;
  if (counts) ++running_;
  return true;
}

std::optional<std::size_t> Steps::start_next() noexcept {
  if (!has_parts_ && running_ >= parallelism_) return std::nullopt;
  while (first_waiting_ < states_.size() && states_[first_waiting_] != StepState::waiting) {
    ++first_waiting_;
  }
  for (std::size_t step = first_waiting_; step < states_.size(); ++step) {
    if (states_[step] != StepState::waiting || open_precedents_[step] > 0) continue;
    if (begin(step)) return step;
  }
  return std::nullopt;
}

std::optional<std::size_t> Steps::start_next_final() noexcept {
  for (std::size_t step = 0; step < states_.size(); ++step) {
    const Node& node = nodes_[step];
    const bool is_due = node.is_final && states_[step] == StepState::waiting && node.group &&
                        states_[*node.group] == StepState::done;
    if (is_due && begin(step)) return step;
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
  if (nodes_[step].part == Part::whole) --running_;
  states_[step] = result;
  if (result == StepState::failed) return;
  ++done_;
  for (const std::size_t waiter : waiters_[step]) {
    if (--open_precedents_[waiter] == 0 && waiter < first_waiting_) first_waiting_ = waiter;
  }
}

void Steps::put_back(std::size_t step) noexcept {
  states_[step] = StepState::waiting;
  first_waiting_ = std::min(first_waiting_, step);
}

std::string_view name_of(StepState state) noexcept {
  constexpr std::string_view kNames[] = {"waiting", "running",   "done",      "false",
                                         "skipped", "continued", "fell back", "failed"};
  return kNames[static_cast<std::size_t>(state)];
}

}  // namespace pintle::hooks
