#include "sys/ownership.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sys/file.hpp"
#include "sys/identity.hpp"

namespace pintle::sys {
namespace {

constexpr mode_t kBits = 07777;
constexpr mode_t kPermissions = 0777;
constexpr const char* kChangeMode = "change the mode of";

/// Changes the mode of a descriptor that was opened with O_PATH: by fchmodat2(2) if the kernel has
/// it, otherwise by its path in /proc.
int change_mode(int fd, mode_t mode) {
  constexpr long kFchmodat2 = 452;
  if (::syscall(kFchmodat2, fd, "", mode, AT_EMPTY_PATH) == 0) return 0;
  if (errno != ENOSYS && errno != EPERM) return -1;
  const int reason = errno;
  const std::string path = fmt::format("/proc/self/fd/{}", fd);
  if (::chmod(path.c_str(), mode) == 0) return 0;
  if (errno == ENOENT) errno = reason;
  return -1;
}

Result<void> give_mode(const Fd& fd, std::optional<mode_t> mode) {
  if (TRY(has_ownership(fd, {.mode = mode}))) return {};
  if (change_mode(fd.get(), *mode) < 0) return Error::from_errno(kChangeMode);
  return {};
}

/// The reason for EINVAL of chown(2): an id that the user namespace does not map; "" if both are
/// mapped.
std::string why_unmapped(std::optional<uid_t> uid, std::optional<gid_t> gid) {
  constexpr std::size_t kLargestMap = 1U << 16U;
  const auto why = [](const char* kind, std::uint32_t id) -> std::string {
    const auto map = read_file(fmt::format("/proc/self/{}_map", kind), kLargestMap);
    if (!map || is_mapped(*map, id)) return {};
    return fmt::format("the {} {} is {}", kind, id, unmapped(kind));
  };
  std::string text = uid ? why("uid", *uid) : std::string();
  return text.empty() && gid ? why("gid", *gid) : text;
}

Result<void> give_owner(const Fd& fd, const Ownership& wanted) {
  const uid_t uid = wanted.uid.value_or(static_cast<uid_t>(-1));
  const gid_t gid = wanted.gid.value_or(static_cast<gid_t>(-1));
  if (::fchownat(fd.get(), "", uid, gid, AT_EMPTY_PATH) == 0) return {};
  Error error = Error::from_errno("change the owner of");
  if (error.code == EINVAL) error.detail = why_unmapped(wanted.uid, wanted.gid);
  return error;
}

}  // namespace

Result<bool> has_ownership(const Fd& fd, const Ownership& wanted) noexcept {
  struct stat info {};
  if (::fstat(fd.get(), &info) < 0) return Error::from_errno("stat");
  return (!wanted.uid || info.st_uid == *wanted.uid) &&
         (!wanted.gid || info.st_gid == *wanted.gid) &&
         (!wanted.mode || (info.st_mode & kBits) == *wanted.mode);
}

Result<void> give_ownership(const Fd& fd, const Ownership& wanted) {
  if (TRY(has_ownership(fd, wanted))) return {};
  struct stat info {};
  if (::fstat(fd.get(), &info) < 0) return Error::from_errno("stat");
  const bool is_directory = S_ISDIR(info.st_mode);
  if (!is_directory) TRY(refuse_lending(info, wanted));
  const Ownership owner{.uid = wanted.uid, .gid = wanted.gid};
  if (TRY(has_ownership(fd, owner))) return give_mode(fd, wanted.mode);
  // Ordinary permissions first, because CAP_FOWNER is needed once the file belongs to another user.
  // On a directory no bit makes a program run as its owner.
  const mode_t first = is_directory ? kBits : kPermissions;
  TRY(give_mode(fd, wanted.mode ? std::optional(*wanted.mode & first) : std::nullopt));
  TRY(give_owner(fd, owner));
  // Some file systems have fixed owners, and chown(2) succeeds without changing anything.
  if (!is_directory && lends_identity(wanted.mode.value_or(0)) && !TRY(has_ownership(fd, owner))) {
    return Error{"change the owner of", EPERM, {}, {}};
  }
  return give_mode(fd, wanted.mode);  // chown(2) clears the special bits
}

bool is_ours(const struct stat& info) noexcept {
  return info.st_uid == 0 || info.st_uid == ::geteuid();
}

mode_t mode_of_copy(const struct stat& source) noexcept {
  constexpr mode_t kMostOfOthers = 0755;
  return source.st_mode & (is_ours(source) ? kPermissions : kMostOfOthers);
}

mode_t mode_in_place_of(const struct stat& old, mode_t standard) noexcept {
  return (is_ours(old) ? old.st_mode : standard) & kPermissions;
}

bool may_be_kept(const struct stat& info, const Ownership& wanted) noexcept {
  return info.st_nlink == 1 && is_ours(info) && !lends_identity(wanted.mode.value_or(0));
}

Result<void> refuse_lending(const struct stat& source, const Ownership& wanted) {
  if (!lends_identity(wanted.mode.value_or(0))) return {};
  const bool is_foreign_group = source.st_gid != 0 && source.st_gid != ::getegid();
  const bool others_write =
      (source.st_mode & S_IWOTH) != 0 || ((source.st_mode & S_IWGRP) != 0 && is_foreign_group);
  if (is_ours(source) && !others_write) return {};
  return Error{
      "set the special bits of",
      0,
      {},
      "another user could have written its content, and it would run as its owner or group; "
      "remove these bits from the mode, or let only root own and write it"};
}

}  // namespace pintle::sys
