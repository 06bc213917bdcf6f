#include "config/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdlib>

#include "base/duration.hpp"
#include "base/shown.hpp"
#include "base/signal_names.hpp"
#include "base/text.hpp"
#include "config/expansion.hpp"
#include "config/path.hpp"

namespace pintle::config {
namespace {

std::string listed(std::span<const std::string_view> words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

/// A value for a message, as it is written.
std::string shown(const Node& node) {
  const std::string_view quote = node.type == Node::Type::string ? "\"" : "";
  return fmt::format("{}{}{}", quote, one_line(node.text, 60), quote);
}

}  // namespace

Reader::Inside::Inside(Reader& reader, std::string_view key)
    : reader_(reader), size_(reader.pointer_.size()) {
  reader_.pointer_ += '/';
  for (const char c : key) {  // RFC 6901, section 3
    if (c == '~') {
      reader_.pointer_ += "~0";
    } else if (c == '/') {
      reader_.pointer_ += "~1";
    } else {
      reader_.pointer_ += c;
    }
  }
}

Reader::Inside::Inside(Reader& reader, std::size_t index)
    : reader_(reader), size_(reader.pointer_.size()) {
  reader_.pointer_ += fmt::format("/{}", index);
}

void Reader::problem(Position at, std::string message) {
  problems_.push_back({at, pointer_, std::move(message)});
}

bool Reader::is(const Node& node, Node::Type type) {
  if (node.type == type) return true;
  problem(node.at, fmt::format("expected {}, found {}", name_of(type), name_of(node.type)));
  return false;
}

bool Reader::is(const Meant& meant, Node::Type type) {
  if (meant.node.type == type) return true;
  if (!meant.is_expanded) return is(meant.node, type);
  problem(meant.node.at, fmt::format("{} is not {}", meant.shown, name_of(type)));
  return false;
}

std::optional<std::string> Reader::text(const Node& node) {
  if (!is(node, Node::Type::string)) return std::nullopt;
  return node.text;
}

std::optional<std::string> Reader::nonempty_text(const Node& node) {
  auto value = text(node);
  if (!value || !value->empty()) return value;
  problem(node.at, "it is empty; write a value, or remove the key");
  return std::nullopt;
}

bool Reader::has_variables(const std::string& text) const noexcept {
  return !is_literal_ && !is_final(text);
}

std::optional<std::string> Reader::expandable(const Node& node) {
  auto value = nonempty_text(node);
  const std::string wrong = value ? check_variables(node) : std::string();
  if (!wrong.empty()) problem(node.at, wrong);
  return value;
}

std::optional<Reader::Resolved> Reader::resolve(const std::string& text) const {
  const Environ nothing;
  std::vector<MissingVariable> missing;
  const Scope scope(context_.environment == nullptr ? nothing : *context_.environment, top_, own_);
  auto expanded = expand(text, scope, missing);
  // A missing value is reported with all others when the hook starts.
  if (!expanded || !missing.empty()) return std::nullopt;
  const auto masked = expand(text, scope.masked(), missing);
  return Resolved{*std::move(expanded), masked ? one_line(shown_value(*masked), 120) : "***"};
}

void Reader::mention(const std::string& name, Position at) {
  const auto [first, is_new] = mentions_.emplace(name, at);
  if (!is_new && stands_before(at, first->second)) first->second = at;
}

std::string Reader::check_variables(const Node& node) {
  if (is_literal_) return {};
  for (const std::string& name : names_in(node.text)) mention(name, node.at);
  for (const std::string& name : all_names_in(node.text)) use(name);
  return check_expansion(node.text);
}

std::optional<std::string> Reader::text_of(const Node& node, const TextKind& kind) {
  auto value = expandable(node);
  if (!value || has_variables(*value)) return value;
  if (std::string wrong = check_text(kind, *value); !wrong.empty()) {
    problem(node.at, std::move(wrong));
  }
  return value;
}

std::optional<std::string> Reader::expanded_text_of(const Node& node, const TextKind& kind) {
  if (!has_variables(node.text)) return text_of(node, kind);
  auto value = expandable(node);
  const auto found = value ? resolve(node.text) : std::nullopt;
  if (!found || found->value.empty()) return value;
  const std::string wrong = check_text(kind, found->value);
  if (wrong.empty()) return value;
  const bool is_same = found->value == node.text;
  problem(node.at, is_same ? wrong : made_wrong(node.text, found->shown, wrong));
  return value;
}

/// Expands a string with variables where another type is expected: it becomes a number if it is
/// one. nullopt: its value is not known yet, which is not a problem.
std::optional<Reader::Meant> Reader::resolved(const Node& node) {
  const bool is_text = node.type == Node::Type::string;
  if (!is_text || !has_variables(node.text)) return Meant{node, shown(node)};
  if (const std::string wrong = check_variables(node); !wrong.empty()) {
    problem(node.at, wrong);
    return std::nullopt;
  }
  auto found = resolve(node.text);
  if (!found) {
    unread_.push_back(node.text);
    return std::nullopt;
  }
  Node out{.type = Node::Type::string, .at = node.at, .text = std::move(found->value)};
  const auto [end, error] =
      std::from_chars(out.text.data(), out.text.data() + out.text.size(), out.integer);
  const bool is_number = error == std::errc() && end == out.text.data() + out.text.size();
  if (is_number) out.type = Node::Type::integer;
  if (out.text == "true" || out.text == "false") {
    out.type = Node::Type::boolean;
    out.truth = out.text == "true";
  }
  return Meant{std::move(out), fmt::format("{}, whose value is \"{}\",", shown(node), found->shown),
               true};
}

std::optional<std::string> Reader::argument(const Node& node) {
  auto value = text(node);
  const std::string wrong = value ? check_variables(node) : std::string();
  if (!wrong.empty()) problem(node.at, wrong);
  return value;
}

std::optional<bool> Reader::boolean(const Node& node) {
  const auto value = resolved(node);
  if (!value || !is(*value, Node::Type::boolean)) return std::nullopt;
  return value->node.truth;
}

std::optional<std::int64_t> Reader::integer(const Node& node, std::int64_t least,
                                            std::int64_t most) {
  const auto value = resolved(node);
  if (!value || !is(*value, Node::Type::integer)) return std::nullopt;
  const std::int64_t number = value->node.integer;
  if (number >= least && number <= most) return number;
  problem(node.at, fmt::format("{} is out of range; write a whole number from {} to {}",
                               value->shown, least, most));
  return std::nullopt;
}

std::optional<Duration> Reader::duration_from(const Node& node, Duration least) {
  if (node.type == Node::Type::integer || node.type == Node::Type::fraction) {
    problem(node.at, fmt::format("a duration is a string with a unit: write \"{}s\", not {}",
                                 node.text, node.text));
    return std::nullopt;
  }
  const auto value = resolved(node);
  if (!value) return std::nullopt;
  // A variable may be "0", which needs no unit.
  const bool is_text = value->node.type == Node::Type::integer || is(*value, Node::Type::string);
  if (!is_text) return std::nullopt;
  const auto duration = parse_duration(value->node.text);
  if (!duration) {
    problem(node.at, fmt::format("{} is not a duration; write it like \"500ms\", \"30s\" or "
                                 "\"1m30s\" (units ms, s, m, h, d)",
                                 value->shown));
  } else if (*duration < least) {
    problem(node.at, fmt::format("it must be {} or more", format_duration(least)));
    return std::nullopt;
  }
  return duration;
}

std::optional<Duration> Reader::duration(const Node& node) {
  return duration_from(node, Duration(0));
}

std::optional<Duration> Reader::positive_duration(const Node& node) {
  return duration_from(node, Duration(1));
}

std::optional<mode_t> Reader::mode(const Node& node) {
  const auto written = text(node);
  if (!written) return std::nullopt;
  mode_t value = 0;
  const bool digits =
      std::all_of(written->begin(), written->end(), [](char c) { return c >= '0' && c <= '7'; });
  if (!digits || written->size() < 3 || written->size() > 5) {
    problem(node.at, fmt::format("\"{}\" is not a mode; write it in octal, like \"0750\"",
                                 one_line(*written, 20)));
    return std::nullopt;
  }
  for (const char c : *written) value = value * 8 + static_cast<mode_t>(c - '0');
  if (value <= 07777) return value;
  problem(node.at, "a mode is at most \"7777\"");
  return std::nullopt;
}

std::optional<std::int64_t> Reader::size(const Node& node) {
  const auto value = resolved(node);
  if (!value || !is(*value, Node::Type::string)) return std::nullopt;
  const auto bytes = parse_size(value->node.text);
  if (!bytes) {
    problem(node.at,
            fmt::format("{} is not a size; write it like \"512KiB\" or \"64MiB\"", value->shown));
  }
  return bytes;
}

std::optional<double> Reader::fraction(const Node& node, double least, double most) {
  const bool is_number = node.type == Node::Type::integer || node.type == Node::Type::fraction;
  if (!is_number && !is(node, Node::Type::fraction)) return std::nullopt;
  const double value = std::strtod(node.text.c_str(), nullptr);
  if (value >= least && value <= most) return value;
  problem(node.at,
          fmt::format("{} is out of range; write a number from {} to {}", node.text, least, most));
  return std::nullopt;
}

std::optional<int> Reader::signal(const Node& node) {
  const auto written = text(node);
  if (!written) return std::nullopt;
  const auto number = signal_number(*written);
  if (!number) {
    problem(node.at, fmt::format("\"{}\" is not a signal; write it like \"SIGTERM\"",
                                 one_line(*written, 20)));
  }
  return number;
}

std::optional<int> Reader::stop_signal(const Node& node) {
  const auto number = signal(node);
  if (!number) return number;
  for (const std::string_view name : kNoStopSignals) {
    if (signal_number(name) != *number) continue;
    problem(node.at, fmt::format("{} cannot stop the container: {}", name,
                                 *number == SIGCHLD ? "it says that a child has ended"
                                                    : "the kernel does not let PID 1 see it"));
    return std::nullopt;
  }
  return number;
}

std::optional<schedule::Cron> Reader::cron(const Node& node) {
  const auto value = resolved(node);
  if (!value) return std::nullopt;
  const auto cron = schedule::Cron::parse(value->node.text);
  if (cron) return *cron;
  // The message of cron quotes the value, and the value of a variable must not be shown.
  problem(node.at, has_variables(node.text)
                       ? fmt::format("{} is not a cron schedule; write it like \"*/15 * * * *\"",
                                     value->shown)
                       : cron.error().detail);
  return std::nullopt;
}

std::optional<std::size_t> Reader::word(const Node& node, std::span<const std::string_view> words) {
  const auto written = text(node);
  if (!written) return std::nullopt;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (equal_without_case(words[i], *written)) return i;
  }
  problem(node.at, fmt::format("\"{}\" is none of: {}", one_line(*written, 60), listed(words)));
  return std::nullopt;
}

void report_unknown_key(Reader& reader, const Member& member, std::span<const KeyName> known,
                        std::string_view object) {
  std::vector<std::string_view> names;
  for (const KeyName& key : known) {
    if (key.belongs) names.push_back(key.name);
    if (!key.belongs && key.name == member.key) {
      reader.problem(member.at,
                     fmt::format("the key \"{}\" is not allowed in {}", key.name, object));
      return;
    }
  }
  const std::string_view meant = nearest(member.key, names);
  reader.problem(member.at, meant.empty()
                                ? fmt::format("unknown key \"{}\" in {}; known are: {}",
                                              one_line(member.key, 60), object, listed(names))
                                : fmt::format("unknown key \"{}\" in {}; did you mean \"{}\"?",
                                              one_line(member.key, 60), object, meant));
}

Pairs read_headers(Reader& reader, const Node& node,
                   std::string (*check)(const std::string& name, const std::string& value)) {
  Pairs pairs;
  if (!reader.is(node, Node::Type::object)) return pairs;
  for (const Member& member : node.members) {
    const Reader::Inside inside(reader, member.key);
    auto text = reader.expandable(member.value);
    if (!text) continue;
    const bool is_there = std::any_of(pairs.begin(), pairs.end(), [&](const auto& one) {
      return equal_without_case(one.first, member.key);
    });
    const std::string wrong =
        is_there ? "this name is there already; upper and lower case do not differ"
                 : check(member.key, reader.has_variables(*text) ? std::string() : *text);
    if (!wrong.empty()) reader.problem(member.at, wrong);
    pairs.emplace_back(member.key, std::move(*text));
  }
  return pairs;
}

void require_items(Reader& reader, const Node& node, std::string_view why) {
  if (node.type == Node::Type::array && node.items.empty()) {
    reader.problem(node.at, fmt::format("it is empty: {}", why));
  }
}

void require_key(Reader& reader, const Node& node, std::string_view name) {
  if (node.find(name) != nullptr) return;
  reader.problem(node.at, fmt::format("the key \"{}\" is missing", name));
}

void check_rules(Reader& reader, const Node& node, std::span<const Rule> rules) {
  std::vector<std::string_view> keys;
  for (const Member& member : node.members) keys.push_back(member.key);
  for (const Rule& rule : rules) {
    const std::string wrong = broken(rule, keys);
    const Node* needy = rule.type == Rule::Type::needs ? node.find(rule.keys[0]) : &node;
    if (!wrong.empty()) reader.problem(needy->at, wrong);
  }
}

}  // namespace pintle::config
