// sys/ownership.hpp - owner and mode of a file. The mode of another user's file never decides the
// mode of a new file, and a file is never set-user-ID or set-group-ID before it has its final owner
// (docs/adr/0026).
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

/// True if the file behind `fd` (O_PATH is enough) has all of `wanted`. Errors: those of fstat(2).
Result<bool> has_ownership(const Fd& fd, const Ownership& wanted) noexcept;

/// Changes owner and mode of the file behind `fd` where they differ from `wanted`, in this order:
/// ordinary permissions, owner, then the set-user-ID and set-group-ID bits, which are set only if
/// the change of owner has taken effect. After an error the file has no such bit that it did not
/// have before. Errors: those of fchownat(2), fchmodat(2), fstat(2); EPERM for these bits if the
/// owner did not change.
Result<void> give_ownership(const Fd& fd, const Ownership& wanted);

/// True if `mode` has set-user-ID or set-group-ID, so that a program runs as its owner or group.
constexpr bool lends_identity(mode_t mode) noexcept {
  return (mode & (S_ISUID | S_ISGID)) != 0;
}

/// True if the file belongs to root or to this process's user, so that its mode can be trusted.
bool is_ours(const struct stat& info) noexcept;

/// The default mode of a copy of `source`: its permissions if is_ours(); otherwise at most 0755, so
/// that another user's file can forbid, but not allow more. Never a special bit.
mode_t mode_of_copy(const struct stat& source) noexcept;

/// The mode of a file that replaces `old`: its permissions if is_ours(), otherwise `standard`.
/// Never a special bit.
mode_t mode_in_place_of(const struct stat& old, mode_t standard) noexcept;

/// True if an existing file with the right content may stay and only needs give_ownership(). False,
/// so that a new file replaces it, if the file has further hard links, if it is not is_ours(),
/// since its owner could write to it later, or if lends_identity() is true for the wanted mode.
bool may_be_kept(const struct stat& info, const Ownership& wanted) noexcept;

/// Error if `wanted` has set-user-ID or set-group-ID and another user than root and our own could
/// have written the content of `source`.
Result<void> refuse_lending(const struct stat& source, const Ownership& wanted);

}  // namespace pintle::sys
