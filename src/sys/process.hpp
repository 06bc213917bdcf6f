// sys/process.hpp - what this process is: PID 1 or a subreaper, its descriptors, its children.
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

/// Makes descriptors 0 to 2 valid, so that none that we open becomes one of them: /dev/null, or
/// where there is none a bare path descriptor, which fails reads and writes as a closed one does.
/// Errors: those of open(2), when neither can be had.
Result<void> hold_standard_descriptors() noexcept;

/// The folder that our own program's file is in, without links; "" where nothing tells (no /proc,
/// and started by a relative path).
std::string own_directory();

/// PR_SET_DUMPABLE 0: no process of our uid can trace PID 1 or read its memory, prctl(2).
void forbid_tracing() noexcept;

/// The opposite: who has our user and no fewer capabilities may.
void allow_tracing() noexcept;

/// Orphans come to us though we are not PID 1, prctl(2), PR_SET_CHILD_SUBREAPER.
/// Errors: those of prctl(2).
Result<void> become_subreaper() noexcept;

/// Gives descriptors 0 to 2 to `uid` where they are FIFOs or terminals, so that /dev/stdout can
/// be opened by path after the step-down. What cannot be given (EPERM, EROFS) is left.
void give_standard_descriptors(uid_t uid) noexcept;

/// The content of a file of /proc, whose size nobody knows; "" if it cannot be read.
std::string read_proc(const std::string& path);

/// The pids of our children, theirs and so on, dead ones included; empty when /proc is not there.
/// What is forked meanwhile may be missing.
std::vector<pid_t> descendants();

/// Our children, dead ones included.
class Children {
 public:
  std::span<const pid_t> all() const noexcept { return {pids_.data(), count_}; }

  /// False if there is no room.
  bool add(pid_t pid) noexcept {
    if (count_ == pids_.size()) return false;
    pids_[count_++] = pid;
    return true;
  }

 private:
  std::array<pid_t, 256> pids_{};
  std::size_t count_ = 0;
};

/// Takes no memory and bounded time: nullopt if there are more than have room, or without /proc.
std::optional<Children> own_children() noexcept;

/// True if `pid` is in the same control group as we are (cgroups(7)), which every container has one
/// of; false where that cannot be read.
bool shares_our_cgroup(pid_t pid);

/// True if `pid` is us, or a parent of ours, of its, and so on; false where /proc is not there.
bool descends_from(pid_t pid);

/// Identifies our container for processes that share its mounts, over the life of the container:
/// the inode of the mount namespace, or without /proc the id of the mount at "/", as "m<id>".
std::string mount_namespace();

/// The name of the container among others: uname(2), nodename.
std::string host_name();

/// True if the terminal at descriptor 0 has our process group in the foreground.
bool owns_terminal() noexcept;

/// The CPUs this process may use, sched_getaffinity(2); at least 1.
std::size_t available_cpus() noexcept;

/// The working directory is another one as long as this lives. Not for PID 1.
class DirectoryChange {
 public:
  /// "" is where we are. Errors: those of chdir(2) and open(2).
  static Result<DirectoryChange> to(const std::string& path);

  DirectoryChange(DirectoryChange&&) = default;
  DirectoryChange& operator=(DirectoryChange&&) = delete;
  DirectoryChange(const DirectoryChange&) = delete;
  DirectoryChange& operator=(const DirectoryChange&) = delete;
  ~DirectoryChange();

 private:
  explicit DirectoryChange(Fd before) noexcept : before_(std::move(before)) {}

  Fd before_;  ///< none: it was not changed
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
