// sys/identity.hpp - users and groups, read directly from /etc/passwd and /etc/group (passwd(5),
// group(5)). Never by NSS: getpwnam(3) loads libraries from the image (Docker's CVE-2019-14271).
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
  std::vector<gid_t> groups{};  ///< all supplementary groups, with or without `gid`
  std::string name{};           ///< empty if the uid has no passwd entry
  std::string home = "/";
  bool groups_are_named = false;  ///< the config lists them; they are not just the user's
};

/// The text of the two files; a missing file counts as empty. The error of a file that cannot be
/// read is stored, and is reported only when the file is needed.
struct Accounts {
  std::string passwd;
  std::string group;
  std::optional<Error> passwd_error{};
  std::optional<Error> group_error{};
};

/// Reads both files below `root` ("" for "/"). Only regular files of at most 16 MiB.
Accounts read_accounts(const std::string& root = "");

/// The identity for "user", "user:group", "1000" or "1000:1000". Digits are a number and never
/// looked up as a name; a number is from 0 to 2147483647, without sign, space or leading zero.
/// "user" has all groups of the user, "user:group" only that group. Pure. Errors: an unknown name;
/// a bad number; a uid without a passwd entry and without a group; a file cannot be read that is
/// needed for `spec`. "1000:1000" needs no file.
Result<Identity> resolve_user(std::string_view spec, const Accounts& accounts);

/// True if the user in `spec` is a number and equal to `uid`. Pure.
bool is_uid(std::string_view spec, uid_t uid) noexcept;

/// The group id of a name or number, by the rules of resolve_user().
Result<gid_t> resolve_group(std::string_view group, const Accounts& accounts);

/// The supplementary groups of `user` in /etc/group. Errors: the file cannot be read.
Result<std::vector<gid_t>> groups_of(const Identity& user, const Accounts& accounts);

/// Whether `map`, the text of /proc/PID/uid_map or gid_map, contains `id`, user_namespaces(7). An
/// empty map contains all ids. Pure.
bool is_mapped(std::string_view map, std::uint32_t id) noexcept;

/// For messages: the reason if is_mapped() is false. `kind` is "uid" or "gid".
std::string unmapped(std::string_view kind);

/// The identity of this process: its real uid and gid, its supplementary groups, and name and home
/// if the passwd file has them.
Identity current_identity(const Accounts& accounts);

}  // namespace pintle::sys
