#include "sys/identity.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "sys/file.hpp"

namespace pintle::sys {
namespace {

constexpr std::size_t kLargestFile = 16U << 20U;
constexpr std::uint32_t kLargestId = 2147483647;  // the limit of moby/sys/user, for Docker

bool all_digits(std::string_view text) noexcept {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::uint32_t> parse_id(std::string_view text) noexcept {
  std::uint32_t id = 0;
  if (!all_digits(text) || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || id > kLargestId) return std::nullopt;
  return id;
}

/// Removes the next line from `rest` and returns it without its end (LF or CRLF).
std::string_view take_line(std::string_view& rest) noexcept {
  const std::size_t end = rest.find('\n');
  std::string_view line = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

/// The fields of a line, which `:` separates; missing fields are empty.
template <std::size_t N>
std::array<std::string_view, N> split(std::string_view line) noexcept {
  std::array<std::string_view, N> fields;
  for (std::string_view& field : fields) {
    const std::size_t end = line.find(':');
    field = line.substr(0, end);
    line = end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
  }
  return fields;
}

struct User {
  std::string_view name;
  uid_t uid;
  gid_t gid;
  std::string_view home;
};

/// The first entry that `wanted` accepts; malformed lines are skipped.
template <class Wanted>
std::optional<User> find_user(std::string_view passwd, Wanted wanted) {
  while (!passwd.empty()) {
    const auto [name, password, uid, gid, comment, home, shell] = split<7>(take_line(passwd));
    const auto uid_number = parse_id(uid);
    const auto gid_number = parse_id(gid);
    if (name.empty() || !uid_number || !gid_number) continue;
    const User user{name, *uid_number, *gid_number, home};
    if (wanted(user)) return user;
  }
  return std::nullopt;
}

bool lists(std::string_view members, std::string_view name) noexcept {
  while (!members.empty()) {
    const std::size_t end = members.find(',');
    if (members.substr(0, end) == name) return true;
    members = end == std::string_view::npos ? std::string_view() : members.substr(end + 1);
  }
  return false;
}

std::vector<gid_t> groups_of(std::string_view user, gid_t gid_of_user,
                             std::string_view group_file) {
  std::vector<gid_t> groups{gid_of_user};
  while (!group_file.empty()) {
    const auto [name, password, gid, members] = split<4>(take_line(group_file));
    const auto number = parse_id(gid);
    if (!number || user.empty() || !lists(members, user)) continue;
    if (std::find(groups.begin(), groups.end(), *number) == groups.end()) groups.push_back(*number);
  }
  return groups;
}

Error bad_user(std::string_view spec, std::string detail) {
  return {"use user", 0, std::string(spec), std::move(detail)};
}

Identity identity_of(const User& user, const Accounts& accounts) {
  return {user.uid, user.gid, groups_of(user.name, user.gid, accounts.group),
          std::string(user.name), user.home.empty() ? "/" : std::string(user.home)};
}

std::string read_account_file(const std::string& path, std::optional<Error>& why_not) {
  auto text = read_file(path, kLargestFile);
  if (text) return *std::move(text);
  if (text.error().code != ENOENT && text.error().code != ENOTDIR) why_not = text.error();
  return {};
}

Result<void> readable(const std::optional<Error>& why_not) {
  if (why_not) return *why_not;
  return {};
}

/// The user part of a spec. Without a passwd entry its gid is unknown.
struct Named {
  Identity identity;
  bool has_group;
};

/// `name` is a part of `spec`, which is for messages.
Result<Named> resolve_name(std::string_view name, std::string_view spec, const Accounts& accounts) {
  if (all_digits(name)) {
    const auto uid = parse_id(name);
    if (!uid) return bad_user(spec, "a uid is a number from 0 to 2147483647, without leading zero");
    const auto user = find_user(accounts.passwd, [&](const User& u) { return u.uid == *uid; });
    if (user) return Named{identity_of(*user, accounts), true};
    return Named{Identity{*uid, 0, {}, {}, "/"}, false};
  }
  TRY(readable(accounts.passwd_error));
  const auto user = find_user(accounts.passwd, [&](const User& u) { return u.name == name; });
  if (!user) return bad_user(spec, "no such user in /etc/passwd; write a number, as in 1000:1000");
  return Named{identity_of(*user, accounts), true};
}

}  // namespace

Accounts read_accounts(const std::string& root) {
  Accounts accounts;
  accounts.passwd = read_account_file(root + "/etc/passwd", accounts.passwd_error);
  accounts.group = read_account_file(root + "/etc/group", accounts.group_error);
  return accounts;
}

Result<std::vector<gid_t>> groups_of(const Identity& user, const Accounts& accounts) {
  TRY(readable(accounts.group_error));
  return groups_of(user.name, user.gid, accounts.group);
}

bool is_uid(std::string_view spec, uid_t uid) noexcept {
  return parse_id(spec.substr(0, spec.find(':'))) == uid;
}

bool is_mapped(std::string_view map, std::uint32_t id) noexcept {
  if (map.empty()) return true;
  while (!map.empty()) {
    const std::string_view line = take_line(map);
    std::uint64_t numbers[3] = {};  // the first id inside, the first outside, the count
    const char* at = line.data();
    for (std::uint64_t& number : numbers) {
      while (at != line.data() + line.size() && *at == ' ') ++at;
      at = std::from_chars(at, line.data() + line.size(), number).ptr;
    }
    if (id >= numbers[0] && id - numbers[0] < numbers[2]) return true;
  }
  return false;
}

std::string unmapped(std::string_view kind) {
  return fmt::format(
      "not mapped in the container's user namespace (/proc/self/{}_map); use a smaller one, or map "
      "more",
      kind);
}

Result<gid_t> resolve_group(std::string_view group, const Accounts& accounts) {
  const auto bad = [&](const char* detail) {
    return Error{"use group", 0, std::string(group), detail};
  };
  if (all_digits(group)) {
    const auto gid = parse_id(group);
    if (!gid) return bad("a gid is a number from 0 to 2147483647, without leading zero");
    return static_cast<gid_t>(*gid);
  }
  TRY(readable(accounts.group_error));
  std::string_view rest = accounts.group;
  while (!group.empty() && !rest.empty()) {
    const auto [name, password, gid, members] = split<4>(take_line(rest));
    const auto number = parse_id(gid);
    if (number && name == group) return static_cast<gid_t>(*number);
  }
  return bad("no such group in /etc/group; write its number, as in 1000");
}

Result<Identity> resolve_user(std::string_view spec, const Accounts& accounts) {
  const std::size_t colon = spec.find(':');
  const std::string_view name = spec.substr(0, colon);
  if (name.empty()) return bad_user(spec, "the user is empty; write user or user:group");
  Named named = TRY(resolve_name(name, spec, accounts));
  if (colon == spec.size() - 1)
    return bad_user(spec, "the group is empty; write user or user:group");
  if (colon != std::string_view::npos) {
    named.identity.gid = TRY(resolve_group(spec.substr(colon + 1), accounts));
    named.identity.groups = {named.identity.gid};
  } else if (!named.has_group) {
    TRY(readable(accounts.passwd_error));
    return bad_user(spec, "it has no entry in /etc/passwd; add its group, as in 1000:1000");
  }
  if (colon == std::string_view::npos) TRY(readable(accounts.group_error));
  return std::move(named.identity);
}

Identity current_identity(const Accounts& accounts) {
  const uid_t uid = ::getuid();
  Identity identity{uid, ::getgid(), {}, {}, "/"};
  const int count = ::getgroups(0, nullptr);
  identity.groups.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  if (count > 0 && ::getgroups(count, identity.groups.data()) != count) identity.groups.clear();
  const auto user = find_user(accounts.passwd, [&](const User& u) { return u.uid == uid; });
  if (user) {
    identity.name = user->name;
    if (!user->home.empty()) identity.home = user->home;
  }
  return identity;
}

}  // namespace pintle::sys
