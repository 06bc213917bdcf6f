#include "hooks/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "base/text.hpp"
#include "hooks/condition.hpp"

namespace pintle::hooks {
namespace {

using config::Hook;
using config::Model;
using config::Problems;

using Index = std::unordered_map<std::string_view, std::size_t>;

const config::Precedents& precedents_of(const Hook& hook) {
  const auto* shutdown = hook.if_is<config::ShutdownPolicy>();
  return shutdown != nullptr ? shutdown->precedents : hook.as<config::StepPolicy>().precedents;
}

/// Makes `step` wait for the step that `reference` names. Adds to `problems` if there is none.
void add_edge(const config::Reference& reference, const Index& index, PlannedStep& step,
              Problems& problems) {
  const auto found = index.find(reference.id);
  if (found != index.end()) {
    const auto& known =
        step.precedents;  // a condition may refer to a step that is already a precedent
    if (std::find(known.begin(), known.end(), found->second) == known.end()) {
      step.precedents.push_back(found->second);
    }
    return;
  }
  // A suggestion takes time to compute, so only the first problems get one.
  constexpr std::size_t kMostSuggestions = 20;
  std::vector<std::string_view> ids;
  if (problems.size() < kMostSuggestions) {
    for (const auto& [id, position] : index) ids.push_back(id);
    std::sort(ids.begin(), ids.end());
  }
  const std::string_view meant = nearest(reference.id, ids);
  std::string text = fmt::format("there is no step \"{}\"", one_line(reference.id, 64));
  if (!meant.empty()) text += fmt::format("; did you mean \"{}\"?", meant);
  problems.push_back({reference.at, reference.pointer, std::move(text)});
}

/// Listed order: waits for the step before, which waits for the others. A step with `precedents`
/// does not wait for all before it, so the search continues at the step before that.
void add_listed_order(const Model& model, Graph& graph, std::size_t position) {
  PlannedStep& step = graph[position];
  for (std::size_t before = position; before-- > 0;) {
    step.precedents.push_back(before);
    if (!precedents_of(model.hooks[graph[before].hook])) return;
  }
}

/// A step waits for the steps in its condition. Their failure only makes the condition false,
/// unless their own `onFailure` is "abort".
void add_conditions(const Model& model, const Index& index, Graph& graph, std::size_t position,
                    Problems& problems) {
  const Hook& hook = model.hooks[graph[position].hook];
  if (!hook.condition) return;
  for_leaves(*hook.condition, [&](const config::Condition& leaf) {
    if (leaf.type != config::Condition::Type::step) return;
    add_edge({leaf.text, leaf.at, leaf.pointer}, index, graph[position], problems);
    const auto found = index.find(leaf.text);
    if (found == index.end()) return;
    PlannedStep& asked = graph[found->second];
    const auto* policy = model.hooks[asked.hook].if_is<config::StepPolicy>();
    asked.is_condition = policy == nullptr || !policy->names_abort;
  });
}

enum class Mark : std::uint8_t { fresh, open, closed };

/// Searches for a cycle depth-first and without recursion, so that a long chain cannot overflow the
/// stack.
class CycleSearch {
 public:
  explicit CycleSearch(const Graph& graph) : graph_(graph), marks_(graph.size(), Mark::fresh) {}

  /// The steps of one cycle, first and last the same; empty if there is none.
  std::vector<std::size_t> find() {
    for (std::size_t start = 0; start < graph_.size(); ++start) {
      if (marks_[start] != Mark::fresh) continue;
      if (auto cycle = walk(start); !cycle.empty()) return cycle;
    }
    return {};
  }

 private:
  struct Frame {
    std::size_t step;
    std::size_t next = 0;
  };

  std::vector<std::size_t> walk(std::size_t start) {
    path_ = {{start}};
    marks_[start] = Mark::open;
    while (!path_.empty()) {
      Frame& frame = path_.back();
      const auto& precedents = graph_[frame.step].precedents;
      if (frame.next == precedents.size()) {
        marks_[frame.step] = Mark::closed;
        path_.pop_back();
        continue;
      }
      const std::size_t to = precedents[frame.next++];
      if (marks_[to] == Mark::open) return close(to);
      if (marks_[to] == Mark::closed) continue;
      marks_[to] = Mark::open;
      path_.push_back({to});
    }
    return {};
  }

  /// The part of the path from `step` on, in the order in which the steps would have to run.
  std::vector<std::size_t> close(std::size_t step) const {
    std::vector<std::size_t> cycle{step};
    for (std::size_t i = path_.size(); i-- > 0 && path_[i].step != step;) {
      cycle.push_back(path_[i].step);
    }
    cycle.push_back(step);
    return cycle;
  }

  const Graph& graph_;
  std::vector<Mark> marks_;
  std::vector<Frame> path_;
};

void report_cycle(const Model& model, const Graph& graph, Problems& problems) {
  const auto cycle = CycleSearch(graph).find();
  if (cycle.empty()) return;
  std::string text;
  for (const std::size_t step : cycle) {
    if (!text.empty()) text += " → ";
    text += model.hooks[graph[step].hook].id;
  }
  const Hook& hook = model.hooks[graph[cycle.front()].hook];
  problems.push_back(
      {hook.at, hook.pointer + "/precedents",
       fmt::format("the steps wait for each other: {}; remove one precedent", text)});
}

/// The graph to which `hook` belongs; nullptr if it is neither a step nor a shutdown step.
Graph* graph_of(const Hook& hook, Plan& plan) noexcept {
  if (hook.kind() == config::Kind::step) return &plan.steps;
  const auto* shutdown = hook.if_is<config::ShutdownPolicy>();
  if (shutdown == nullptr) return nullptr;
  return shutdown->moment == config::Moment::before ? &plan.before : &plan.after;
}

/// Adds the edges.
void connect(const Model& model, config::ImageMode mode, Graph& graph, Problems& problems) {
  Index index;
  for (std::size_t position = 0; position < graph.size(); ++position) {
    index.emplace(model.hooks[graph[position].hook].id, position);
  }
  const std::size_t before = problems.size();
  for (std::size_t position = 0; position < graph.size(); ++position) {
    const Hook& hook = model.hooks[graph[position].hook];
    graph[position].is_skipped = !runs_in(hook, mode);
    const config::Precedents& precedents = precedents_of(hook);
    if (!precedents) add_listed_order(model, graph, position);
    for (const auto& reference : precedents.value_or(std::vector<config::Reference>())) {
      add_edge(reference, index, graph[position], problems);
    }
    add_conditions(model, index, graph, position, problems);
  }
  if (problems.size() == before) report_cycle(model, graph, problems);
}

}  // namespace

bool runs_in(const Hook& origin, config::ImageMode mode) noexcept {
  const auto* step = origin.if_is<config::StepPolicy>();
  if (step == nullptr || !step->image_modes) return true;
  const auto& modes = *step->image_modes;
  return std::find(modes.begin(), modes.end(), mode) != modes.end();
}

Plan make_plan(const config::Model& model, config::ImageMode mode, config::Problems& problems) {
  Plan plan;
  for (std::size_t hook = 0; hook < model.hooks.size(); ++hook) {
    if (Graph* graph = graph_of(model.hooks[hook], plan)) graph->push_back({hook});
  }
  for (Graph* graph : {&plan.steps, &plan.before, &plan.after}) {
    connect(model, mode, *graph, problems);
  }
  return plan;
}

}  // namespace pintle::hooks
