// sys/process.hpp - properties of this process: PID 1 or subreaper, descriptors, children, and
// others.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

bool is_pid1() noexcept;

/// Opens /dev/null for each of the descriptors 0 to 2 that is closed, so that no other file gets
/// that number. Without /dev/null it is an O_PATH descriptor, on which reads and writes fail as on
/// a closed one. Errors: those of open(2) if both fail.
Result<void> hold_standard_descriptors() noexcept;

/// The directory of this program's own file, without symbolic links; "" if it is unknown (no /proc,
/// and started by a relative path).
std::string own_directory();

/// PR_SET_DUMPABLE 0: no other process of the same uid can trace this one or read its memory,
/// prctl(2).
void forbid_tracing() noexcept;

/// Allows it again for processes of the same user that have at least the same capabilities.
void allow_tracing() noexcept;

/// Makes this process adopt orphans although it is not PID 1, prctl(2), PR_SET_CHILD_SUBREAPER.
/// Errors: those of prctl(2).
Result<void> become_subreaper() noexcept;

/// Changes the owner of descriptors 0 to 2 to `uid` if they are FIFOs or terminals, so that
/// /dev/stdout can be opened by path after the step-down. Ignores errors (EPERM, EROFS).
void give_standard_descriptors(uid_t uid) noexcept;

/// The content of a file in /proc, whose size is not known in advance; "" if it cannot be read.
std::string read_proc(const std::string& path);

/// The pids of all descendants of this process, zombies included; empty without /proc. Processes
/// that are forked during the call may be missing.
std::vector<pid_t> descendants();

/// The children of this process, zombies included.
class Children {
 public:
  std::span<const pid_t> all() const noexcept { return {pids_.data(), count_}; }

  /// False if the list is full.
  bool add(pid_t pid) noexcept {
    if (count_ == pids_.size()) return false;
    pids_[count_++] = pid;
    return true;
  }

 private:
  std::array<pid_t, 256> pids_{};
  std::size_t count_ = 0;
};

/// Does not allocate and takes a limited time; nullopt if there are too many children, or without
/// /proc.
std::optional<Children> own_children() noexcept;

/// True if `pid` is in the same control group as this process (cgroups(7)): each container has its
/// own. False if that cannot be read.
bool shares_our_cgroup(pid_t pid);

/// True if `pid` is this process or one of its ancestors; false without /proc.
bool descends_from(pid_t pid);

/// A name of this container, the same for all processes that share its mounts: the inode of the
/// mount namespace; without /proc "m<id>", with the id of the mount at "/".
std::string mount_namespace();

/// The host name of the container: uname(2), nodename.
std::string host_name();

/// True if this process's group is in the foreground of the terminal at descriptor 0.
bool owns_terminal() noexcept;

/// The CPUs this process may use, sched_getaffinity(2); at least 1.
std::size_t available_cpus() noexcept;

/// Changes the working directory until the object's end. Not for PID 1.
class DirectoryChange {
 public:
  /// "" changes nothing. Errors: those of chdir(2) and open(2).
  static Result<DirectoryChange> to(const std::string& path);

  DirectoryChange(DirectoryChange&&) = default;
  DirectoryChange& operator=(DirectoryChange&&) = delete;
  DirectoryChange(const DirectoryChange&) = delete;
  DirectoryChange& operator=(const DirectoryChange&) = delete;
  ~DirectoryChange();

 private:
  explicit DirectoryChange(Fd before) noexcept : before_(std::move(before)) {}

  Fd before_;  ///< the directory to return to; empty: it was not changed
};

/// Writes `text` to /dev/termination-log if that is a writable regular file (Kubernetes,
/// "Customizing the termination message"). open() before forbid_tracing().
class TerminationLog {
 public:
  void open() noexcept;
  void write(std::string_view text) const noexcept;

 private:
  Fd file_;
};

}  // namespace pintle::sys
