// sys/identity.hpp - users and groups, read from /etc/passwd and /etc/group themselves. Never NSS:
// getpwnam(3) loads libraries that the image supplies (passwd(5), group(5), docker CVE-2019-14271).
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pintle::sys {

struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups{};  ///< all supplementary groups, `gid` included or not
  std::string name{};           ///< empty when the uid has no passwd entry
  std::string home = "/";
  bool groups_are_named = false;  ///< by whoever wants them, not only brought by the user
};

/// The text of the two files; an absent file is an empty one. One that is there and cannot be read
/// has its error here, which only who needs that file gets.
struct Accounts {
  std::string passwd;
  std::string group;
  std::optional<Error> passwd_error{};
  std::optional<Error> group_error{};
};

/// Reads both below `root` ("" for "/"). Regular files of at most 16 MiB only.
Accounts read_accounts(const std::string& root = "");

/// What "user", "user:group", "1000" or "1000:1000" means. Digits are a number and never looked up
/// as a name; numbers run from 0 to 2147483647, without sign, space or leading zero. A user alone
/// brings all its groups, "user:group" that group only. Pure.
/// Errors: an unknown name, a bad number, a number without passwd entry and without group; a file
/// that is needed for it and cannot be read. "1000:1000" needs none.
Result<Identity> resolve_user(std::string_view spec, const Accounts& accounts);

/// True if the user in `spec` is this uid, written as a number. Pure.
bool is_uid(std::string_view spec, uid_t uid) noexcept;

/// The group id of a name or number, by the same rules.
Result<gid_t> resolve_group(std::string_view group, const Accounts& accounts);

/// The supplementary groups of `user`, an own uid and gid among them: those of /etc/group.
/// Errors: a group file that cannot be read.
Result<std::vector<gid_t>> groups_of(const Identity& user, const Accounts& accounts);

/// Whether `id` is one of those that `map` lists, the text of /proc/PID/uid_map or gid_map,
/// user_namespaces(7). An empty text lists all. Pure.
bool is_mapped(std::string_view map, std::uint32_t id) noexcept;

/// What a "uid" or "gid" is where is_mapped() says no, for a message.
std::string unmapped(std::string_view kind);

/// Who this process is now (real uid and gid, supplementary groups), with name and home if the
/// passwd file has them.
Identity current_identity(const Accounts& accounts);

}  // namespace pintle::sys
