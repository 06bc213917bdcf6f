#include "cli/action_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/duration.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"
#include "config/parse_action.hpp"

namespace pintle::cli {
namespace {

using config::Form;
using config::KeyInfo;
using config::Node;

constexpr const char* kActionTimeout = "timeout";

const char* placeholder(const Form& form) noexcept {
  switch (form.type) {
    case Form::Type::boolean:
      return "";
    case Form::Type::count:
      return "NUMBER";
    case Form::Type::duration:
      return "DURATION";
    case Form::Type::map:
      return "NAME:VALUE";
    default:
      return "TEXT";
  }
}

/// True of a boolean that is true unless it is written: its option makes it false.
bool is_on(const KeyInfo& param) noexcept {
  return param.form.type == Form::Type::boolean && param.standard == "true";
}

/// "allowRemote" is --allow-remote; each of the "headers" is a --header; "verify" in "tls", which
/// is true by default, is --no-tls-verify.
std::string option_name(const ActionOptions::Param& option) {
  const KeyInfo& param = option.key;
  const std::string whole = option.within.empty() ? std::string(param.name)
                                                  : fmt::format("{}-{}", option.within, param.name);
  std::string name = is_on(param) ? "no-" : "";
  for (const char c : whole) {
    const bool is_capital = c >= 'A' && c <= 'Z';
    if (is_capital) name += '-';
    name += is_capital ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (param.form.type == Form::Type::map) name.pop_back();
  return name;
}

Error bad_action(std::string_view option, std::string_view value, const char* wanted) {
  return usage_error(
      fmt::format("--{}: \"{}\" is not {}", option, one_line(shown_value(value), 60), wanted));
}

Result<Duration> duration_in(std::string_view option, std::string_view value) {
  const auto duration = parse_duration(value);
  if (duration && duration->count() > 0) return *duration;
  return bad_action(option, value, "a duration like 500ms or 1s");
}

Node text_node(std::string_view text) {
  return {.type = Node::Type::string, .text = std::string(text)};
}

/// The member of `object` of that name, which is made if it is not there.
Node& member_of(Node& object, std::string_view name) {
  for (config::Member& member : object.members) {
    if (member.key == name) return member.value;
  }
  return object.members.emplace_back(config::Member{std::string(name), {}, {}}).value;
}

/// The object of that name, or `params` itself if there is no name.
Node& object_in(Node& params, std::string_view name) {
  if (name.empty()) return params;
  Node& object = member_of(params, name);
  object.type = Node::Type::object;
  return object;
}

Result<void> set_param(ActionWords& out, const ActionOptions::Param& option,
                       std::string_view value) {
  const KeyInfo& param = option.key;
  const std::string name = option_name(option);
  Node& node = member_of(object_in(out.params, option.within), param.name);
  switch (param.form.type) {
    case Form::Type::boolean:
      node = {.type = Node::Type::boolean, .truth = !is_on(param)};
      return {};
    case Form::Type::count: {
      node = {.type = Node::Type::integer, .text = std::string(value)};
      const auto [end, error] =
          std::from_chars(value.data(), value.data() + value.size(), node.integer);
      const bool is_whole = error == std::errc() && end == value.data() + value.size();
      if (!is_whole || node.integer < 1)
        return bad_action(name, value, "a whole number of 1 or more");
      return {};
    }
    case Form::Type::duration:
      (void)TRY(duration_in(name, value));
      node = text_node(value);
      return {};
    case Form::Type::map: {
      const std::size_t colon = value.find(':');
      if (colon == std::string_view::npos)
        return bad_action(name, value, "a name, a colon and a value");
      const std::size_t begin = std::min(value.find_first_not_of(' ', colon + 1), value.size());
      node.type = Node::Type::object;
      node.members.push_back(
          {std::string(value.substr(0, colon)), {}, text_node(value.substr(begin))});
      return {};
    }
    default:
      node = text_node(value);
      return {};
  }
}

/// The options at the front of a command line, whose first word is passed over; how many words.
Result<int> take_options(int argc, char** argv, const ActionOptions& options, ActionWords& out) {
  OptionWalk walk(options.rows(), argc, argv, Order::first);
  for (;;) {
    const FoundOption found = TRY(walk.next());
    if (found.row == OptionWalk::npos) return std::min(walk.operands(), argc);
    if (const ActionOptions::Param* param = options.param(found.row)) {
      TRY(set_param(out, *param, found.value));
    } else {
      out.timeout = TRY(duration_in(kActionTimeout, found.value));
    }
  }
}

}  // namespace

ActionOptions::ActionOptions(const config::ActionSpec& spec,
                             std::span<const std::string_view> without, const char* timeout_help) {
  rows_.push_back({0, kActionTimeout, "DURATION", timeout_help});
  for (const KeyInfo& param : keys_of(spec)) {
    if (std::find(without.begin(), without.end(), param.name) != without.end()) continue;
    if (param.form.type != Form::Type::object) {
      add(param, {});
      continue;
    }
    const config::Rows rows = param.form.object->rows;
    for (std::size_t row = 0; row < rows.count; ++row) add(rows.at(row), param.name);
  }
}

void ActionOptions::add(const KeyInfo& key, std::string_view within) {
  params_.push_back({key, within});
  names_.push_back(option_name(params_.back()));
  rows_.push_back({0, names_.back().c_str(), placeholder(key.form), key.help});
}

Result<void> read_action(int argc, char** argv, const ActionOptions& options, ActionWords& out) {
  int next = TRY(take_options(argc, argv, options, out));
  if (next >= argc) return usage_error("the target is missing");
  out.target = argv[next];
  next += TRY(take_options(argc - next, argv + next, options, out));
  if (next >= argc) return {};
  return usage_error(fmt::format("\"{}\" is a second target; only one is allowed",
                                 one_line(shown_value(argv[next]), 60)));
}

Result<config::Builtin> use_of(const config::ActionSpec& spec, std::string_view target,
                               const ActionWords& words) {
  if (words.target.empty()) return usage_error("the target is empty");
  Node params = words.params;
  member_of(params, target) = text_node(words.target);
  config::Problems problems;
  config::Reader reader(problems);
  reader.take_literally();
  config::Builtin use = config::read_builtin(reader, params, spec);
  if (!problems.empty()) return usage_error(std::move(problems.front().message));
  return use;
}

}  // namespace pintle::cli
