// sys/ownership.hpp - whose a file is, and its mode. What somebody else owns decides nothing about
// what we make, and no file is ever set-user-ID or set-group-ID while it belongs to anybody but
// whom it is for (docs/adr/0026).
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <optional>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

struct Ownership {
  std::optional<uid_t> uid{};
  std::optional<gid_t> gid{};
  std::optional<mode_t> mode{};  ///< the lower 12 bits
};

/// True if the file behind `fd` (O_PATH will do) has all of `wanted`. Errors: those of fstat(2).
Result<bool> has_ownership(const Fd& fd, const Ownership& wanted) noexcept;

/// Gives the file behind `fd` what it lacks of `wanted`, and touches nothing else: the owner first,
/// then the bits that make a program run as its owner or group, and those only when it is the
/// owner's in truth. After an error it has none of them that it had not before.
/// Errors: those of fchownat(2), fchmodat(2), fstat(2); EPERM for those bits on somebody else's
/// file.
Result<void> give_ownership(const Fd& fd, const Ownership& wanted);

/// True if `mode` makes a program run as somebody: set-user-ID or set-group-ID.
constexpr bool lends_identity(mode_t mode) noexcept {
  return (mode & (S_ISUID | S_ISGID)) != 0;
}

/// True if the file is root's or ours: its owner and mode are what we, or who made the image, want.
bool is_ours(const struct stat& info) noexcept;

/// The mode of a copy of `source` for which none is named: the permissions of what is root's or
/// ours; somebody else's can only forbid, never allow more than 0755. Never a special bit.
mode_t mode_of_copy(const struct stat& source) noexcept;

/// The mode of what replaces the file `old`: its permissions if it is root's or ours; else
/// `standard`. Never a special bit.
mode_t mode_in_place_of(const struct stat& old, mode_t standard) noexcept;

/// True if a file that has the right content already may be given what it lacks of `wanted`; else
/// it is replaced by a new one. One with further names is somebody's elsewhere; into one that is
/// not ours its owner could still write afterwards; and what lends identity is always written anew.
bool may_be_kept(const struct stat& info, const Ownership& wanted) noexcept;

/// Refuses to make a program that runs as somebody, if `wanted` says so, out of what `source` holds
/// when somebody but root and us could have written that. Errors: that.
Result<void> refuse_lending(const struct stat& source, const Ownership& wanted);

}  // namespace pintle::sys
