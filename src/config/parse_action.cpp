#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/parse_parts.hpp"

namespace pintle::config {
namespace {

/// A text, judged now unless it has variables in it: those are known at start.
std::optional<std::string> checked_text(Reader& reader, const Node& node, const ParamSpec& spec) {
  auto text = is_path(spec) ? reader.path(node) : reader.expandable(node);
  const bool is_final = text && text->find('$') == std::string::npos;
  if (!is_final || spec.check == nullptr) return text;
  if (const std::string wrong = spec.check(*text); !wrong.empty()) reader.problem(node.at, wrong);
  return text;
}

/// Each is judged as what its variables make of it, if they have values or defaults.
std::optional<Value> read_texts(Reader& reader, const Node& node, const ParamSpec& spec) {
  if (!reader.is(node, Node::Type::array)) return std::nullopt;
  std::vector<std::string> texts;
  read_items(reader, node, [&](const Node& item) {
    auto text = reader.expandable(item);
    if (!text) return;
    if (spec.check != nullptr) reader.check_expanded(item, spec.check);
    texts.push_back(std::move(*text));
  });
  return texts;
}

std::string wrong_pair(const ParamSpec& spec, const Pairs& before, const std::string& name,
                       const std::string& value) {
  const bool is_there = std::any_of(before.begin(), before.end(), [&](const auto& one) {
    return equal_without_case(one.first, name);
  });
  if (is_there) return "this name stands there already, if upper and lower case do not count";
  if (spec.check_pair == nullptr) return {};
  return spec.check_pair(name, value.find('$') == std::string::npos ? value : std::string());
}

std::optional<Value> read_pairs(Reader& reader, const Node& node, const ParamSpec& spec) {
  if (!reader.is(node, Node::Type::object)) return std::nullopt;
  Pairs pairs;
  for (const Member& member : node.members) {
    const Reader::Inside inside(reader, member.key);
    auto text = reader.expandable(member.value);
    if (!text) continue;
    const std::string wrong = wrong_pair(spec, pairs, member.key, *text);
    if (!wrong.empty()) reader.problem(member.at, wrong);
    pairs.emplace_back(member.key, std::move(*text));
  }
  return pairs;
}

template <class T>
std::optional<Value> as_value(std::optional<T> found) {
  if (!found) return std::nullopt;
  return Value(std::move(*found));
}

std::optional<Value> as_number(std::optional<std::int64_t> number) {
  return as_value(number);
}

std::optional<Value> read_value(Reader& reader, const Node& node, const ParamSpec& spec) {
  switch (spec.type) {
    case ParamType::text:
    case ParamType::path:
    case ParamType::pattern:
    case ParamType::owner:
      return as_value(checked_text(reader, node, spec));
    case ParamType::literal:
      if (auto text = reader.text(node)) return Value(Literal{std::move(*text)});
      return std::nullopt;
    case ParamType::duration:
      return as_value(reader.duration(node));
    case ParamType::interval:
      return as_value(reader.positive_duration(node));
    case ParamType::size:
      return as_number(reader.size(node));
    case ParamType::count:
      return as_number(reader.integer(node, 1, kMostCount));
    case ParamType::boolean:
      return as_value(reader.boolean(node));
    case ParamType::texts:
      return read_texts(reader, node, spec);
    case ParamType::pairs:
      return read_pairs(reader, node, spec);
    case ParamType::mode:
      if (const auto mode = reader.mode(node)) return Value(static_cast<std::int64_t>(*mode));
      return std::nullopt;
    case ParamType::word:
      if (const auto word = reader.word(node, spec.words)) {
        return Value(static_cast<std::int64_t>(*word));
      }
      return std::nullopt;
  }
  return std::nullopt;
}

void read_param(Reader& reader, const Member& member, const ActionSpec& action, Params& out) {
  const Reader::Inside inside(reader, member.key);
  if (const ParamSpec* spec = find_param(action, member.key)) {
    const std::size_t unread = reader.unread();
    auto value = read_value(reader, member.value, *spec);
    if (reader.unread() > unread) value = member.value.text;  // a plan shows it as it is written
    if (value) out.set(spec->name, std::move(*value));
    return;
  }
  std::vector<KeyName> known;
  for (const ParamSpec& spec : action.params) known.push_back({spec.name, true});
  report_unknown_key(reader, member, known, fmt::format("\"{}\"", action.name));
}

void check_together(Reader& reader, const Node& node, const ActionSpec& action,
                    const Params& params) {
  if (action.check == nullptr) return;
  if (const std::string wrong = action.check(params); !wrong.empty()) {
    reader.problem(node.at, wrong);
  }
}

}  // namespace

Builtin read_builtin(Reader& reader, const Node& node, const ActionSpec& action) {
  Builtin out{&action, {}};
  if (node.type == Node::Type::string && !action.shorthand.empty()) {
    const ParamSpec* spec = find_param(action, action.shorthand);
    if (auto value = read_value(reader, node, *spec)) out.params.set(spec->name, std::move(*value));
    check_together(reader, node, action, out.params);
    return out;
  }
  if (!reader.is(node, Node::Type::object)) return out;
  for (const Member& member : node.members) read_param(reader, member, action, out.params);
  for (const ParamSpec& spec : action.params) {
    if (spec.required) require_key(reader, node, spec.name);
  }
  check_rules(reader, node, action.rules);
  check_together(reader, node, action, out.params);
  return out;
}

}  // namespace pintle::config
