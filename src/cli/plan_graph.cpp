#include "cli/plan_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace pintle::cli {
namespace {

using Json = nlohmann::ordered_json;

// --- what is drawn ---------------------------------------------------------------------------

struct GraphNode {
  std::string name;                ///< in the drawing; ids could mean something in it
  std::vector<std::string> lines;  ///< of its label
  bool is_step = true;
  bool is_skipped = false;
};
struct Edge {
  std::size_t from;
  std::size_t to;
  std::string label{};  ///< of a condition
};
/// Nodes with a frame around them; without a title there is none.
struct Group {
  std::string title;
  std::vector<std::size_t> nodes{};
};

std::string label_of(const Json& value) {
  constexpr auto kReplace = Json::error_handler_t::replace;
  return value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', false, kReplace);
}

/// In the words of the config: "not (fileExists /data/x)".
std::string condition_text(const Json& condition) {
  if (!condition.is_object() || condition.empty()) return label_of(condition);
  const std::string& name = condition.begin().key();
  const Json& value = condition.begin().value();
  if (name == "not") return fmt::format("not ({})", condition_text(value));
  if (!value.is_structured()) return fmt::format("{} {}", name, label_of(value));
  std::string text;
  const std::string_view between = name == "all" ? " and " : name == "any" ? " or " : " matches ";
  for (const Json& part : value) {
    text += fmt::format("{}{}", text.empty() ? "" : between, condition_text(part));
  }
  return value.is_array() ? text : fmt::format("{} {}", name, text);
}

/// The program, or the built-in and what it is about.
std::string action_label(const Json& action) {
  const std::string& name = action.begin().key();
  const Json& value = action.begin().value();
  if (name == "command" || name == "shell") return label_of(value);
  const bool has_more = value.is_object() && !value.empty();
  return has_more ? fmt::format("{} {}", name, label_of(value.begin().value())) : name;
}

class Drawing {
 public:
  explicit Drawing(const Json& plan) {
    const std::size_t main = nodes_.size();
    nodes_.push_back({.name = "main", .lines = main_lines(plan["main"]), .is_step = false});
    const Group steps = add_steps("init", 's', plan["steps"]);
    const Json& shutdown = plan["shutdown"];
    const Group before = add_steps("shutdown, before main ends", 'b', shutdown["before"]);
    const Group after = add_steps("shutdown, after main", 'a', shutdown["after"]);
    for (const std::size_t last : lasts_of(steps)) edges_.push_back({last, main, {}});
    for (const std::size_t first : firsts_of(before)) edges_.push_back({main, first, "stop"});
    std::vector<std::size_t> ends{main};
    if (!before.nodes.empty() && !after.nodes.empty()) {
      ends = {nodes_.size()};
      nodes_.push_back({.name = "ended", .lines = {"main ends"}, .is_step = false});
      for (const std::size_t last : lasts_of(before)) edges_.push_back({last, ends[0], {}});
      edges_.push_back({main, ends[0], {}});
    }
    for (const std::size_t first : firsts_of(after)) {
      edges_.push_back({ends[0], first, before.nodes.empty() ? "ends" : ""});
    }
    groups_ = {steps, {{}, {main}}, before, {{}, ends}, after};
    if (ends[0] == main) groups_[3].nodes.clear();
  }

  const std::vector<GraphNode>& nodes() const noexcept { return nodes_; }
  const std::vector<Edge>& edges() const noexcept { return edges_; }
  const std::vector<Group>& groups() const noexcept { return groups_; }

 private:
  static std::vector<std::string> main_lines(const Json& main) {
    if (main.is_null()) return {"main", "from the command line"};
    if (main.contains("pause")) return {"main", "none: pintle stays until it is stopped"};
    return {"main", one_line(action_label(main["action"]), kLongest)};
  }

  Group add_steps(std::string title, char letter, const Json& steps) {
    Group group{std::move(title)};
    std::map<std::string, std::size_t> places;
    for (const Json& step : steps) {
      const std::size_t place = nodes_.size();
      group.nodes.push_back(place);
      places[label_of(step["id"])] = place;
      GraphNode node{.name = fmt::format("{}{}", letter, group.nodes.size() - 1)};
      node.lines = {label_of(step["id"]), one_line(action_label(step["action"]), kLongest)};
      if (step.contains("finally")) node.lines.emplace_back("(finally)");
      if (step.contains("during")) node.lines.emplace_back("(during others)");
      node.is_skipped = step.contains("skipped");
      if (node.is_skipped) node.lines.push_back("(skipped: " + label_of(step["skipped"]) + ")");
      nodes_.push_back(std::move(node));
    }
    std::size_t place = nodes_.size() - group.nodes.size();
    for (const Json& step : steps) {
      for (const Json& id : step["after"]) add_wait(label_of(id), step, place, steps, places);
      ++place;
    }
    place = nodes_.size() - group.nodes.size();
    for (const Json& step : steps) add_edges(step, place++, places);
    return group;
  }

  /// What comes after a group waits for the steps in it, and those for the group.
  void add_wait(const std::string& id, const Json& step, std::size_t place, const Json& steps,
                const std::map<std::string, std::size_t>& places) {
    const bool is_own_group = step.contains("group") && label_of(step["group"]) == id;
    bool has_members = false;
    for (const Json& member : steps) {
      if (is_own_group || !member.contains("group") || label_of(member["group"]) != id) continue;
      has_members = true;
      add_wait(label_of(member["id"]), step, place, steps, places);
    }
    auto& waits = waits_for_[place];
    const std::size_t one = places.at(id);
    if (has_members || std::find(waits.begin(), waits.end(), one) != waits.end()) return;
    waits.push_back(one);
  }

  void add_edges(const Json& step, std::size_t place,
                 const std::map<std::string, std::size_t>& places) {
    std::map<std::size_t, std::string> labels;
    if (step.contains("condition")) {
      const Json& condition = step["condition"];
      find_steps(condition, true, places, labels);
      if (!condition.is_string()) {
        nodes_[place].lines.push_back(one_line("if " + condition_text(condition), kLongest));
      }
    }
    const std::vector<bool> followed = followed_in(waits_for_[place]);
    for (const std::size_t one : waits_for_[place]) {
      const auto label = labels.find(one);
      if (label != labels.end()) edges_.push_back({one, place, label->second});
      if (label == labels.end() && !followed[one]) edges_.push_back({one, place, {}});
    }
  }

  /// The steps that a condition names, each with what must have become of it.
  static void find_steps(const Json& condition, bool is_wanted,
                         const std::map<std::string, std::size_t>& places,
                         std::map<std::size_t, std::string>& labels) {
    if (condition.is_string()) {
      const auto found = places.find(label_of(condition));
      if (found != places.end()) labels[found->second] = is_wanted ? "if" : "if not";
      return;
    }
    if (!condition.is_object() || condition.empty()) return;
    const std::string& name = condition.begin().key();
    const Json& value = condition.begin().value();
    if (name == "not") find_steps(value, !is_wanted, places, labels);
    if (name != "all" && name != "any") return;
    for (const Json& part : value) find_steps(part, is_wanted, places, labels);
  }

  /// For each node whether the step `place` waits for it, itself or through others. None waits in a
  /// circle.
  const std::vector<bool>& awaited_by(std::size_t place) {
    const auto known = awaited_.find(place);
    if (known != awaited_.end()) return known->second;
    std::vector<bool> all = followed_in(waits_for_[place]);
    for (const std::size_t one : waits_for_[place]) all[one] = true;
    return awaited_[place] = std::move(all);
  }

  /// Those that others of them wait for.
  std::vector<bool> followed_in(const std::vector<std::size_t>& steps) {
    std::vector<bool> followed(nodes_.size());
    for (auto one = steps.rbegin(); one != steps.rend(); ++one) {
      if (followed[*one]) continue;  // whatever it waits for is known already
      const std::vector<bool>& others = awaited_by(*one);
      for (std::size_t i = 0; i < others.size(); ++i) followed[i] = followed[i] || others[i];
    }
    return followed;
  }

  std::vector<std::size_t> firsts_of(const Group& group) const {
    return those(group, [&](const Edge& edge, std::size_t node) { return edge.to == node; });
  }
  std::vector<std::size_t> lasts_of(const Group& group) const {
    return those(group, [&](const Edge& edge, std::size_t node) { return edge.from == node; });
  }
  template <class Touches>
  std::vector<std::size_t> those(const Group& group, Touches touches) const {
    std::vector<std::size_t> found;
    for (const std::size_t node : group.nodes) {
      const bool has_none = std::none_of(edges_.begin(), edges_.end(),
                                         [&](const Edge& edge) { return touches(edge, node); });
      if (has_none) found.push_back(node);
    }
    return found;
  }

  static constexpr std::size_t kLongest = 60;

  std::vector<GraphNode> nodes_;
  std::vector<Edge> edges_;
  std::vector<Group> groups_;
  std::map<std::size_t, std::vector<std::size_t>> waits_for_;
  std::map<std::size_t, std::vector<bool>> awaited_;
};

// --- how it is written -----------------------------------------------------------------------

/// In quotes. Mermaid takes any character by its number, and many have a meaning: quotes, the marks
/// of Markdown, HTML, `$$` for formulas.
std::string mermaid_text(const std::vector<std::string>& lines) {
  constexpr std::string_view kPlain = " /.:,=()+_-";
  std::string text;
  for (const std::string& line : lines) {
    if (!text.empty()) text += "<br/>";
    for (const char c : line) {
      const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80 ||
                            kPlain.find(c) != std::string_view::npos;
      text += is_plain ? std::string(1, c) : fmt::format("#{};", static_cast<int>(c));
    }
  }
  return '"' + text + '"';
}

std::string mermaid_node(const GraphNode& node) {
  const std::string text = mermaid_text(node.lines);
  return node.is_step ? fmt::format("{}[{}]", node.name, text)
                      : fmt::format("{}([{}])", node.name, text);
}

/// In quotes. Graphviz reads `\` escapes and HTML entities in labels.
std::string dot_text(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    if (!text.empty()) text += "\\n";
    for (const char c : line) {
      if (c == '"' || c == '\\') text += '\\';
      text += c == '&' ? std::string("&amp;") : std::string(1, c);
    }
  }
  return '"' + text + '"';
}

std::string dot_node(const GraphNode& node) {
  std::string more;
  if (!node.is_step) more += ", shape=oval";
  if (node.is_skipped) more += ", style=dashed, fontcolor=gray40";
  return fmt::format("{} [label={}{}];", node.name, dot_text(node.lines), more);
}

}  // namespace

std::string mermaid_graph(const Json& plan) {
  const Drawing drawing(plan);
  std::string text = "flowchart TD\n";
  std::size_t number = 0;
  for (const Group& group : drawing.groups()) {
    const bool has_frame = !group.title.empty() && !group.nodes.empty();
    if (has_frame) {
      text += fmt::format("  subgraph g{} [{}]\n", number++, mermaid_text({group.title}));
    }
    for (const std::size_t node : group.nodes) {
      text += fmt::format("  {}{}\n", has_frame ? "  " : "", mermaid_node(drawing.nodes()[node]));
    }
    if (has_frame) text += "  end\n";
  }
  for (const Edge& edge : drawing.edges()) {
    const std::string arrow =
        edge.label.empty() ? "-->" : fmt::format("-.->|{}|", mermaid_text({edge.label}));
    text += fmt::format("  {} {} {}\n", drawing.nodes()[edge.from].name, arrow,
                        drawing.nodes()[edge.to].name);
  }
  for (const GraphNode& node : drawing.nodes()) {
    if (node.is_skipped) text += fmt::format("  style {} stroke-dasharray:4 4\n", node.name);
  }
  return text;
}

std::string dot_graph(const Json& plan) {
  const Drawing drawing(plan);
  std::string text =
      "digraph plan {\n  node [shape=box, fontname=\"sans-serif\"];\n"
      "  edge [fontname=\"sans-serif\"];\n";
  std::size_t number = 0;
  for (const Group& group : drawing.groups()) {
    const bool has_frame = !group.title.empty() && !group.nodes.empty();
    if (has_frame) {
      text += fmt::format("  subgraph cluster_{} {{\n    label={};\n", number++,
                          dot_text({group.title}));
    }
    for (const std::size_t node : group.nodes) {
      text += fmt::format("  {}{}\n", has_frame ? "  " : "", dot_node(drawing.nodes()[node]));
    }
    if (has_frame) text += "  }\n";
  }
  for (const Edge& edge : drawing.edges()) {
    const std::string label =
        edge.label.empty() ? "" : fmt::format(" [label={}, style=dashed]", dot_text({edge.label}));
    text += fmt::format("  {} -> {}{};\n", drawing.nodes()[edge.from].name,
                        drawing.nodes()[edge.to].name, label);
  }
  return text + "}\n";
}

}  // namespace pintle::cli
