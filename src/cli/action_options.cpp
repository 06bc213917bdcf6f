#include "cli/action_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/duration.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"

namespace pintle::cli {
namespace {

using config::ParamSpec;
using config::ParamType;

constexpr const char* kTimeout = "timeout";

const char* placeholder(ParamType type) noexcept {
  switch (type) {
    case ParamType::boolean:
      return "";
    case ParamType::count:
      return "NUMBER";
    case ParamType::interval:
      return "DURATION";
    case ParamType::pairs:
      return "NAME:VALUE";
    default:
      return "TEXT";
  }
}

/// "allowRemote" is --allow-remote; each of the "headers" is a --header.
std::string option_name(const ParamSpec& param) {
  std::string name;
  for (const char c : param.name) {
    const bool is_capital = c >= 'A' && c <= 'Z';
    if (is_capital) name += '-';
    name += is_capital ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (param.type == ParamType::pairs) name.pop_back();
  return name;
}

Error bad(std::string_view option, std::string_view value, const char* wanted) {
  return usage_error(
      fmt::format("--{}: \"{}\" is not {}", option, one_line(shown_value(value), 60), wanted));
}

Result<Duration> duration_in(std::string_view option, std::string_view value) {
  const auto duration = parse_duration(value);
  if (duration && duration->count() > 0) return *duration;
  return bad(option, value, "a duration like 500ms or 1s");
}

Result<void> set_param(ActionWords& out, const ParamSpec& param, std::string_view value) {
  const std::string name = option_name(param);
  if (param.type == ParamType::boolean) {
    out.params.set(param.name, true);
  } else if (param.type == ParamType::interval) {
    out.params.set(param.name, TRY(duration_in(name, value)));
  } else if (param.type == ParamType::count) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool is_whole = error == std::errc() && end == value.data() + value.size();
    if (!is_whole || number < 1) return bad(name, value, "a whole number of 1 or more");
    out.params.set(param.name, number);
  } else if (param.type == ParamType::pairs) {
    const std::size_t colon = value.find(':');
    if (colon == std::string_view::npos) return bad(name, value, "a name, a colon and a value");
    const std::size_t begin = std::min(value.find_first_not_of(' ', colon + 1), value.size());
    config::Pairs pairs = out.params.pairs(param.name);
    pairs.emplace_back(value.substr(0, colon), value.substr(begin));
    out.params.put(param.name, std::move(pairs));
  } else {
    out.params.set(param.name, std::string(value));
  }
  return {};
}

/// The options at the front of a command line, whose first word is passed over; how many words.
Result<int> take_options(int argc, char** argv, const ActionOptions& options, ActionWords& out) {
  OptionWalk walk(options.rows(), argc, argv, Order::first);
  for (;;) {
    const FoundOption found = TRY(walk.next());
    if (found.row == OptionWalk::npos) return std::min(walk.operands(), argc);
    if (const ParamSpec* param = options.param(found.row)) {
      TRY(set_param(out, *param, found.value));
    } else {
      out.timeout = TRY(duration_in(kTimeout, found.value));
    }
  }
}

}  // namespace

ActionOptions::ActionOptions(const config::ActionSpec& spec,
                             std::span<const std::string_view> without, const char* timeout_help) {
  rows_.push_back({0, kTimeout, "DURATION", timeout_help});
  for (const ParamSpec& param : spec.params) {
    if (std::find(without.begin(), without.end(), param.name) != without.end()) continue;
    params_.push_back(&param);
    names_.push_back(option_name(param));
    rows_.push_back({0, names_.back().c_str(), placeholder(param.type), param.help});
  }
}

Result<void> read_action(int argc, char** argv, const ActionOptions& options, ActionWords& out) {
  int next = TRY(take_options(argc, argv, options, out));
  if (next >= argc) return usage_error("the target is missing");
  out.target = argv[next];
  next += TRY(take_options(argc - next, argv + next, options, out));
  if (next >= argc) return {};
  return usage_error(fmt::format("\"{}\" is too much: one target at a time",
                                 one_line(shown_value(argv[next]), 60)));
}

Result<void> check_action(const config::ActionSpec& spec, const ActionWords& words) {
  if (words.target.empty()) return usage_error("the target is empty");
  for (const ParamSpec& param : spec.params) {
    const std::string text = words.params.text(param.name);
    if (param.check == nullptr || text.empty()) continue;
    if (std::string wrong = param.check(text); !wrong.empty()) return usage_error(std::move(wrong));
  }
  for (const config::Rule& rule : spec.rules) {
    const std::string wrong = config::broken(rule, words.params.names());
    if (!wrong.empty()) return usage_error(wrong);
  }
  std::string wrong = spec.check == nullptr ? std::string() : spec.check(words.params);
  if (!wrong.empty()) return usage_error(std::move(wrong));
  return {};
}

}  // namespace pintle::cli
