#include "hooks/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "config/proof.hpp"
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

/// The edges of one graph.
class Edges {
 public:
  Edges(const Model& model, Graph& graph, Problems& problems)
      : model_(model), graph_(graph), problems_(problems) {
    for (std::size_t node = 0; node < graph.size(); ++node) {
      if (graph[node].part == Part::end) continue;
      index_.emplace(hook_of(node).id, node);
      siblings_[{graph[node].group, graph[node].is_final}].push_back(node);
    }
  }

  void add_all() {
    for (std::size_t node = 0; node < graph_.size(); ++node) {
      if (graph_[node].part != Part::end) add_beginning(node);
    }
    for (std::size_t node = 0; node < graph_.size(); ++node) {
      if (graph_[node].part == Part::begin) add_ending(node);
    }
  }

 private:
  const Hook& hook_of(std::size_t node) const { return model_.hooks[graph_[node].hook]; }
  const std::optional<std::vector<config::Reference>>& during_of(std::size_t node) const {
    static const std::optional<std::vector<config::Reference>> none;
    const auto* step = hook_of(node).if_is<config::StepPolicy>();
    return step == nullptr ? none : step->during;
  }

  /// What the start of a step waits for.
  void add_beginning(std::size_t node) {
    const config::Precedents& precedents = precedents_of(hook_of(node));
    const auto& group = graph_[node].group;
    if (group) add(*group, node);
    const bool waits_for_proof = node > 0 && config::is_proof(hook_of(0));
    if (waits_for_proof && !group) add(graph_[0].end, node);
    if (!precedents) add_listed_order(node);
    for (const auto& one : precedents.value_or(std::vector<config::Reference>())) {
      if (const auto found = find(one)) add(needed_of(*found, node), node);
    }
    const bool is_first = !precedents && siblings_of(node).front() == node;
    if (graph_[node].is_final && (precedents || is_first)) {
      for (const std::size_t member : siblings_[{group, false}]) add(graph_[member].end, node);
    }
    add_conditions(node);
  }

  /// What the end of a group, or of a step that runs during others, waits for.
  void add_ending(std::size_t begin) {
    const std::size_t end = graph_[begin].end;
    add(begin, end);
    for (const auto& one : during_of(begin).value_or(std::vector<config::Reference>())) {
      const auto named = find(one);
      if (!named || refuse_chain(one, *named)) continue;
      add(graph_[*named].end, end);
      add(begin, *named);
    }
    for (const bool is_final : {false, true}) {
      const auto members = siblings_.find({begin, is_final});
      if (members == siblings_.end()) continue;
      for (const std::size_t member : members->second) add(graph_[member].end, end);
    }
  }

  /// What runs during another step has no end of its own that could be waited for. Returns true if
  /// `named` is such a step, which is then a problem.
  bool refuse_chain(const config::Reference& reference, std::size_t named) {
    if (!during_of(named)) return false;
    problems_.push_back({reference.at, reference.pointer,
                         fmt::format("\"{}\" runs only during other steps itself; name those steps",
                                     one_line(reference.id, 64))});
    return true;
  }

  /// Listed order: waits for the step before, which waits for the others. A step with `precedents`
  /// does not wait for all before it, so the search continues at the step before that.
  void add_listed_order(std::size_t node) {
    const std::vector<std::size_t>& siblings = siblings_of(node);
    bool is_done = false;
    for (auto one = std::lower_bound(siblings.begin(), siblings.end(), node);
         one != siblings.begin();) {
      const std::size_t before = *--one;
      if (during_of(before)) {
        add(needed_of(before, node), node);
      } else if (!is_done) {
        add(graph_[before].end, node);
        is_done = !precedents_of(hook_of(before)).has_value();
      }
    }
  }

  /// The node of `step` that `waiter` waits for: its end, but its begin if it runs during `waiter`
  /// or a step that is listed later.
  std::size_t needed_of(std::size_t step, std::size_t waiter) const {
    const auto& during = during_of(step);
    if (!during) return graph_[step].end;
    for (const config::Reference& one : *during) {
      const auto named = index_.find(one.id);
      if (named == index_.end()) continue;
      if (is_within(waiter, named->second) || is_listed_before(waiter, named->second)) return step;
    }
    return graph_[step].end;
  }

  /// It is `step`, or in that group.
  bool is_within(std::size_t node, std::size_t step) const {
    for (std::optional<std::size_t> one = node; one; one = graph_[*one].group) {
      if (*one == step) return true;
    }
    return false;
  }
  /// Of the same list, or of a group in it.
  bool is_listed_before(std::size_t node, std::size_t step) const {
    for (std::optional<std::size_t> one = step; one; one = graph_[*one].group) {
      const bool is_sibling = graph_[*one].group == graph_[node].group &&
                              graph_[*one].is_final == graph_[node].is_final;
      if (is_sibling) return node < *one;
    }
    return false;
  }

  /// A step waits for the steps in its condition. Their failure only makes the condition false,
  /// unless their own `onFailure` is "abort".
  void add_conditions(std::size_t node) {
    const Hook& hook = hook_of(node);
    if (!hook.condition) return;
    for_leaves(*hook.condition, [&](const config::Condition& leaf) {
      if (leaf.type != config::Condition::Type::step) return;
      const auto found = find({leaf.text, leaf.at, leaf.pointer});
      if (!found) return;
      add(graph_[*found].end, node);
      const auto* policy = hook_of(*found).if_is<config::StepPolicy>();
      graph_[*found].is_condition = policy == nullptr || !policy->names_abort;
    });
  }

  const std::vector<std::size_t>& siblings_of(std::size_t node) {
    return siblings_[{graph_[node].group, graph_[node].is_final}];
  }

  /// `node` waits for `precedent`. A condition may refer to what is a precedent already.
  void add(std::size_t precedent, std::size_t node) {
    auto& known = graph_[node].precedents;
    if (std::find(known.begin(), known.end(), precedent) == known.end()) known.push_back(precedent);
  }

  /// The node of the step that is named. Adds to the problems if there is none.
  std::optional<std::size_t> find(const config::Reference& reference) {
    const auto found = index_.find(reference.id);
    if (found != index_.end()) return found->second;
    // A suggestion takes time to compute, so only the first problems get one.
    constexpr std::size_t kMostSuggestions = 20;
    std::vector<std::string_view> ids;
    if (problems_.size() < kMostSuggestions) {
      for (const auto& [id, node] : index_) ids.push_back(id);
      std::sort(ids.begin(), ids.end());
    }
    const std::string_view meant = nearest(reference.id, ids);
    std::string text = fmt::format("there is no step \"{}\"", one_line(reference.id, 64));
    if (!meant.empty()) text += fmt::format("; did you mean \"{}\"?", meant);
    problems_.push_back({reference.at, reference.pointer, std::move(text)});
    return std::nullopt;
  }

  using List = std::pair<std::optional<std::size_t>, bool>;  // a group, and whether its `finally`

  const Model& model_;
  Graph& graph_;
  Problems& problems_;
  Index index_;
  std::map<List, std::vector<std::size_t>> siblings_;
};

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
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    // Both nodes of a hook are one step to people.
    const bool is_same =
        i > 0 && cycle[i] != cycle[i - 1] && graph[cycle[i]].hook == graph[cycle[i - 1]].hook;
    if (is_same) continue;
    if (!text.empty()) text += " → ";
    text += model.hooks[graph[cycle[i]].hook].id;
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

/// Adds the nodes of init steps, with groups around theirs.
class Nodes {
 public:
  Nodes(const Model& model, Graph& graph) noexcept : model_(model), graph_(graph) {}

  void add(std::size_t hook) {
    const auto* step = model_.hooks[hook].if_is<config::StepPolicy>();
    const auto group = step == nullptr ? std::nullopt : step->group;
    while (!open_.empty() && graph_[open_.back()].hook != group) close();
    const std::size_t node = graph_.size();
    graph_.push_back({.hook = hook, .end = node});
    if (!open_.empty()) graph_[node].group = open_.back();
    if (step == nullptr) return;
    graph_[node].is_final = step->is_final;
    if (config::is_group(model_.hooks[hook])) {
      graph_[node].part = Part::begin;
      open_.push_back(node);
    } else if (step->during) {
      graph_[node].part = Part::begin;
      add_end_of(node);
    }
  }
  void close_all() {
    while (!open_.empty()) close();
  }

 private:
  void close() {
    add_end_of(open_.back());
    open_.pop_back();
  }
  void add_end_of(std::size_t begin) {
    graph_[begin].end = graph_.size();
    PlannedStep end = graph_[begin];
    end.part = Part::end;
    graph_.push_back(std::move(end));
  }

  const Model& model_;
  Graph& graph_;
  std::vector<std::size_t> open_;  ///< the nodes that begin the groups that are not closed
};

/// Adds the edges.
void connect(const Model& model, config::ImageMode mode, Graph& graph, Problems& problems) {
  const std::size_t before = problems.size();
  for (PlannedStep& step : graph) step.is_skipped = !runs_in(model, model.hooks[step.hook], mode);
  Edges(model, graph, problems).add_all();
  if (problems.size() == before) report_cycle(model, graph, problems);
}

}  // namespace

bool runs_in(const Model& model, const Hook& origin, config::ImageMode mode) noexcept {
  for (const Hook* hook = &origin; hook != nullptr; hook = config::group_of(model, *hook)) {
    const auto* step = hook->if_is<config::StepPolicy>();
    if (step == nullptr || !step->image_modes) continue;
    const auto& modes = *step->image_modes;
    if (std::find(modes.begin(), modes.end(), mode) == modes.end()) return false;
  }
  return true;
}

Plan make_plan(const config::Model& model, config::ImageMode mode, config::Problems& problems) {
  Plan plan;
  Nodes nodes(model, plan.steps);
  for (std::size_t hook = 0; hook < model.hooks.size(); ++hook) {
    Graph* graph = graph_of(model.hooks[hook], plan);
    if (graph == &plan.steps) {
      nodes.add(hook);
    } else if (graph != nullptr) {
      graph->push_back({.hook = hook, .end = graph->size()});
    }
  }
  nodes.close_all();
  for (Graph* graph : {&plan.steps, &plan.before, &plan.after}) {
    connect(model, mode, *graph, problems);
  }
  return plan;
}

}  // namespace pintle::hooks
