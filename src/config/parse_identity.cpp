// As whom and within which bounds a hook or main runs: the keys that both have.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/parse_parts.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kInputs[] = {"null", "inherit"};

/// By their names for `ulimits` of Compose and --ulimit of Docker, getrlimit(2).
struct LimitRow {
  std::string_view name;
  int resource;
  bool is_size;  ///< in bytes, so "64MiB" may be written
};
constexpr LimitRow kLimits[] = {
    {"as", RLIMIT_AS, true},           {"core", RLIMIT_CORE, true},
    {"cpu", RLIMIT_CPU, false},        {"data", RLIMIT_DATA, true},
    {"fsize", RLIMIT_FSIZE, true},     {"locks", RLIMIT_LOCKS, false},
    {"memlock", RLIMIT_MEMLOCK, true}, {"msgqueue", RLIMIT_MSGQUEUE, true},
    {"nice", RLIMIT_NICE, false},      {"nofile", RLIMIT_NOFILE, false},
    {"nproc", RLIMIT_NPROC, false},    {"rtprio", RLIMIT_RTPRIO, false},
    {"rttime", RLIMIT_RTTIME, false},  {"sigpending", RLIMIT_SIGPENDING, false},
    {"stack", RLIMIT_STACK, true},
};

std::optional<std::uint64_t> read_bound(Reader& reader, const Node& node, const LimitRow& row) {
  const bool is_text = node.type == Node::Type::string;
  if (is_text && equal_without_case(node.text, "unlimited")) return kUnlimited;
  if (is_text && row.is_size) {
    const auto bytes = reader.size(node);
    return bytes ? std::optional(static_cast<std::uint64_t>(*bytes)) : std::nullopt;
  }
  const auto number = reader.integer(node, 0, INT64_MAX);
  return number ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

template <auto Field>
void read_side(Reader& reader, const Node& node, const LimitRow& row, Limit& out) {
  if (const auto bound = read_bound(reader, node, row)) out.*Field = *bound;
}

/// {"soft": …, "hard": …}, or one value for both.
void read_limit(Reader& reader, const Node& node, const LimitRow& row, Limits& out) {
  Limit limit{.name = row.name, .resource = row.resource};
  if (node.type != Node::Type::object) {
    read_side<&Limit::soft>(reader, node, row, limit);
    limit.hard = limit.soft;
    out.push_back(limit);
    return;
  }
  const KeyName known[] = {{"soft", true}, {"hard", true}};
  for (const Member& member : node.members) {
    const Reader::Inside inside(reader, member.key);
    if (member.key == "soft") {
      read_side<&Limit::soft>(reader, member.value, row, limit);
    } else if (member.key == "hard") {
      read_side<&Limit::hard>(reader, member.value, row, limit);
    } else {
      report_unknown_key(reader, member, known, "a limit");
    }
  }
  for (const KeyName& key : known) {
    if (node.find(key.name) == nullptr) {
      reader.problem(node.at, fmt::format("the key \"{}\" is missing", key.name));
    }
  }
  if (limit.soft > limit.hard) reader.problem(node.at, "\"soft\" is above \"hard\"");
  out.push_back(limit);
}

void read_limits(Reader& reader, const Node& node, Identity& out) {
  if (!reader.is(node, Node::Type::object)) return;
  std::vector<KeyName> known;
  for (const LimitRow& row : kLimits) known.push_back({row.name, true});
  for (const Member& member : node.members) {
    const Reader::Inside inside(reader, member.key);
    const auto* row = std::find_if(std::begin(kLimits), std::end(kLimits),
                                   [&](const LimitRow& one) { return one.name == member.key; });
    if (row == std::end(kLimits)) {
      report_unknown_key(reader, member, known, "\"limits\"");
    } else {
      read_limit(reader, member.value, *row, out.limits);
    }
  }
}

void read_nice(Reader& reader, const Node& node, Identity& out) {
  if (const auto value = reader.integer(node, -20, 19)) out.nice = static_cast<int>(*value);
}

void read_stdin(Reader& reader, const Node& node, Identity& out) {
  if (node.type == Node::Type::null) {
    out.input = Input::null;
    return;
  }
  if (const auto word = reader.word(node, kInputs)) out.input = static_cast<Input>(*word);
}

void read_environment(Reader& reader, const Node& node, Identity& out) {
  read_variables(reader, node, out.environment);
}

constexpr Key<Identity> kKeys[] = {
    {"user", into<&Identity::user, &Reader::filled_text>,
     "Who runs it: name or number, with \":GROUP\" if it is not the user's own."},
    {"workingDirectory", into<&Identity::working_directory, &Reader::expandable>,
     "Where it runs; the top level's unless it says otherwise."},
    {"environment", read_environment, "Variables of its own; they win over the top level's."},
    {"useSystemEnvironment", into<&Identity::use_system_environment, &Reader::boolean>,
     "Pass the container's environment on, which main gets anyway; otherwise a hook gets only what "
     "is declared, and PATH."},
    {"umask", into<&Identity::umask, &Reader::mode>, "Its file mode creation mask, in octal."},
    {"limits", read_limits, "Its resource limits, by their names for --ulimit of Docker."},
    {"nice", read_nice, "Its nice value, -20 to 19."},
    {"stdin", read_stdin,
     "null (a hook's default: it reads nothing) or inherit (main's: the container's)."},
};

}  // namespace

bool read_identity_key(Reader& reader, const Member& member, Identity& out,
                       std::vector<KeyName>& known) {
  for (const Key<Identity>& key : kKeys) {
    if (key.name == member.key) {
      key.read(reader, member.value, out);
      return true;
    }
    known.push_back({key.name, true});
  }
  return false;
}

}  // namespace pintle::config
