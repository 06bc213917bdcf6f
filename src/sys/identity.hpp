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
  std::vector<gid_t> groups{};  ///< all supplementary groups, `gid` included
  std::string name{};           ///< empty when the uid has no passwd entry
  std::string home = "/";
};

/// The text of the two files; an absent file is an empty one.
struct Accounts {
  std::string passwd;
  std::string group;
};

/// Reads both below `root` ("" for "/"). Regular files of at most 16 MiB only.
/// Errors: a file that exists and cannot be read, or is none of that kind.
Result<Accounts> read_accounts(const std::string& root = "");

/// What "user", "user:group", "1000" or "1000:1000" means. Digits are a number and never looked up
/// as a name; numbers run from 0 to 2147483647, without sign, space or leading zero. A user alone
/// brings all its groups, "user:group" that group only. Pure.
/// Errors: an unknown name, a bad number, a number without passwd entry and without group.
Result<Identity> resolve_user(std::string_view spec, const Accounts& accounts);

/// The group id of a name or number, by the same rules.
Result<gid_t> resolve_group(std::string_view group, const Accounts& accounts);

/// Who this process is now (real uid and gid), with name and home if the passwd file has them.
Identity current_identity(const Accounts& accounts);

}  // namespace pintle::sys
