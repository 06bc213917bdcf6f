#include "config/parse_identity.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "base/text.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kInputs[] = {"null", "inherit"};
constexpr std::string_view kInherit[] = {"inherit"};

/// The limits of getrlimit(2), with their names in `ulimits` of Compose and --ulimit of Docker.
struct LimitRow {
  std::string_view name;
  int resource;
  bool is_size;  ///< in bytes, so "64MiB" may be written
  std::string_view help;
  std::string_view example;
};
constexpr LimitRow kLimits[] = {
    {"as", RLIMIT_AS, true, "The largest address space.", "2GiB"},
    {"core", RLIMIT_CORE, true, "The largest file that the kernel writes when it crashes.", "0"},
    {"cpu", RLIMIT_CPU, false, "The CPU time, in seconds.", "600"},
    {"data", RLIMIT_DATA, true, "The largest data segment: heap and private mappings.", "1GiB"},
    {"fsize", RLIMIT_FSIZE, true, "The largest file that it may write.", "1GiB"},
    {"locks", RLIMIT_LOCKS, false, "The number of file locks.", "1024"},
    {"memlock", RLIMIT_MEMLOCK, true, "The memory that it may lock.", "unlimited"},
    {"msgqueue", RLIMIT_MSGQUEUE, true, "The memory for POSIX message queues of its user.", "1MiB"},
    {"nice", RLIMIT_NICE, false, "How far it may raise its priority: 20 minus the nice value.",
     "20"},
    {"nofile", RLIMIT_NOFILE, false, "The number of open files.",
     R"({"soft": 4096, "hard": 65536})"},
    {"nproc", RLIMIT_NPROC, false, "The number of processes and threads of its user.", "256"},
    {"rtprio", RLIMIT_RTPRIO, false, "The highest real-time priority.", "0"},
    {"rttime", RLIMIT_RTTIME, false,
     "The CPU time that it may use under real-time scheduling without a blocking system call, in "
     "microseconds.",
     "500000"},
    {"sigpending", RLIMIT_SIGPENDING, false, "The number of pending signals of its user.", "1024"},
    {"stack", RLIMIT_STACK, true, "The largest stack.", "8MiB"},
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

/// Returns true if the bound is known: one that is written with variables may not be, yet.
template <auto Field>
bool read_user_side(Reader& reader, const Node& node, const LimitRow& row, Limit& out) {
  const auto bound = read_bound(reader, node, row);
  if (bound) out.*Field = *bound;
  return bound.has_value();
}

/// {"soft": …, "hard": …}, or one value for both.
void read_limit(Reader& reader, const Node& node, const LimitRow& row, Limits& out) {
  Limit limit{.name = row.name, .resource = row.resource};
  if (node.type != Node::Type::object) {
    (void)read_user_side<&Limit::soft>(reader, node, row, limit);
    limit.hard = limit.soft;
    out.push_back(limit);
    return;
  }
  bool are_known = true;
  const KeyName known[] = {{"soft", true}, {"hard", true}};
  for (const Member& member : node.members) {
    const Reader::Inside inside(reader, member.key);
    if (member.key == "soft") {
      are_known = read_user_side<&Limit::soft>(reader, member.value, row, limit) && are_known;
    } else if (member.key == "hard") {
      are_known = read_user_side<&Limit::hard>(reader, member.value, row, limit) && are_known;
    } else {
      report_unknown_key(reader, member, known, "a limit");
    }
  }
  for (const KeyName& key : known) {
    require_key(reader, node, key.name);
  }
  if (are_known && limit.soft > limit.hard) reader.problem(node.at, "\"soft\" is above \"hard\"");
  out.push_back(limit);
}

// The forms of a limit: one bound, or an object with soft and hard; each for a size or for a
// number.
constexpr std::string_view kUnlimitedWord[] = {"unlimited"};
constexpr const Form& kNumber = kCountForm<0, INT64_MAX>;
constexpr const Form& kSize = kFormOf<&Reader::size>;
constexpr Form kNumberBound = kEitherForm<kWordForm<kUnlimitedWord>, kNumber>;
constexpr Form kSizeBound = kEitherForm<kWordForm<kUnlimitedWord>, kNumber, kSize>;

template <const Form& Bound>
KeyInfo side_at(std::size_t side) {
  constexpr std::string_view kSides[] = {"soft", "hard"};
  constexpr std::string_view kHelp[] = {
      "The limit that the kernel enforces. The process may raise it up to hard.",
      "The value up to which the process may raise soft."};
  return {kSides[side], Bound, kHelp[side], "1024", {}, kAnyKind, true};
}
template <const Form& Bound>
constexpr ObjectInfo kSidesObject{.name = &Bound == &kSizeBound ? "sizeLimit" : "numberLimit",
                                  .title = "a limit",
                                  .rows = {2, side_at<Bound>}};

KeyInfo limit_at(std::size_t row) {
  const LimitRow& limit = kLimits[row];
  const Form& form = limit.is_size
                         ? kEitherForm<kSizeBound, kObjectForm<kSidesObject<kSizeBound>>>
                         : kEitherForm<kNumberBound, kObjectForm<kSidesObject<kNumberBound>>>;
  return {limit.name, form, limit.help, limit.example};
}
constexpr ObjectInfo kLimitsObject{
    .name = "limits", .title = "\"limits\"", .rows = {std::size(kLimits), limit_at}};

template <Input input, const auto& Inner>
void read_input(Reader& reader, const Node& node, Identity& out) {
  out.input = input;
  Inner.read(reader, node, out);
}
constexpr Slot<Identity> kInputPath = text<&Identity::input_text, kPath>;
constexpr Slot<Identity> kInputText = into<&Identity::input_text, &Reader::argument>;

constexpr Key<Identity> kStdinKeys[] = {
    {"file",
     {read_input<Input::file, kInputPath>, kInputPath.form},
     "The file to read; it is opened as the user of the hook or of main.",
     "/etc/app/schema.sql"},
    {"text",
     {read_input<Input::text, kInputText>, kInputText.form},
     "The text to read, at most 64KiB.",
     "SELECT 1;"},
};
constexpr Rule kOneIdentityKey[] = {{Rule::Type::lone_key}};
constexpr auto kStdin =
    object_of<kStdinKeys>({.name = "stdin", .title = "\"stdin\"", .rules = kOneIdentityKey});

constexpr Form kUserGroup = kEitherForm<kFormOf<&Reader::expandable>, kCountForm<0, INT32_MAX>>;
}  // namespace

constexpr Form kGroupsForm = kEitherForm<kWordForm<kInherit>, kListForm<kUserGroup>>;
constexpr Form kLimitsForm = kObjectForm<kLimitsObject>;
constexpr Form kInputForm = kEitherForm<kWordForm<kInputs>, kNullForm, kObjectForm<kStdin>>;

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

void read_stdin(Reader& reader, const Node& node, Identity& out) {
  if (node.type == Node::Type::null) {
    out.input = Input::null;
    return;
  }
  if (node.type == Node::Type::object) return read_object(reader, node, kStdin, out);
  if (const auto word = reader.word(node, kInputs)) out.input = static_cast<Input>(*word);
}

namespace {

/// `own`, and those of `more` that it does not have.
Variables merged(Variables own, const Variables& more) {
  for (const Variable& variable : more) {
    if (find(own, variable.name) == nullptr) own.push_back(variable);
  }
  return own;
}

}  // namespace

void read_own_environment(Reader& reader, const Node& node, Identity& out) {
  const Variables of_group = std::exchange(out.environment, {});
  reader.set_own(merged(peek_variables(node), of_group));
  read_variables(reader, node, out.environment);
  out.environment = merged(std::move(out.environment), of_group);
  refuse_circles(reader, node, reader.top(), out.environment);
}

Groups groups_in(Reader& reader, const Node& node) {
  Groups groups;
  if (node.type == Node::Type::string) {
    groups.are_inherited = reader.word(node, kInherit).has_value();
  } else {
    read_items(reader, node, [&](const Node& item) {
      if (item.type == Node::Type::string) {
        if (auto name = reader.expandable(item)) groups.names.push_back(*std::move(name));
      } else if (const auto number = reader.integer(item, 0, INT32_MAX)) {
        groups.names.push_back(fmt::format("{}", *number));
      }
    });
  }
  return groups;
}

}  // namespace pintle::config
