#include "sys/signal_as.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include "base/fd.hpp"
#include "sys/capabilities.hpp"
#include "sys/descriptors.hpp"

namespace pintle::sys {
namespace {

constexpr int kPatience = 100;  // milliseconds; the child makes a few system calls
constexpr auto kUnchanged = static_cast<uid_t>(-1);

Error refused(int code) noexcept {
  return {"signal a process", code, {}, {}};
}

/// kill(2) permits the signal if the sender's effective uid is the target's real uid. Only the
/// effective uid is changed: real and saved uid stay the same, so that the target cannot signal,
/// trace or limit the child (kill(2), ptrace(2), prlimit(2)).
int send_as(const Target& target, int signal) noexcept {
  const uid_t own = ::geteuid();
  if (::setresuid(kUnchanged, target.uid, kUnchanged) < 0) return errno;
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0,
                0);  // the change of the uid has reset it to fs.suid_dumpable
  const int code = ::kill(target.pid, signal) < 0 ? errno : 0;
  // If this fails, the next change fails too and reports it.
  if (::setresuid(kUnchanged, own, kUnchanged) < 0) return errno;
  return code;
}

/// Returns 0 if at least one target got the signal, otherwise an errno.
int send_to_process(std::span<const Target> targets, int signal) noexcept {
  int code = ESRCH;
  for (const Target& target : targets) {
    if (const int one = send_as(target, signal); code != 0) code = one;
  }
  return code;
}

/// Used if fork(2) fails, which is often the time when a container has to be stopped. Restores
/// "dumpable" and the parent death signal, which a change of the uid resets.
int send_ourselves(std::span<const Target> targets, int signal) noexcept {
  int death_signal = 0;
  (void)::prctl(PR_GET_PDEATHSIG, &death_signal, 0, 0, 0);
  const int is_dumpable = ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
  const int code = send_to_process(targets, signal);
  (void)::prctl(PR_SET_DUMPABLE, is_dumpable == 1 ? 1 : 0, 0, 0, 0);
  (void)::prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0);
  return code;
}

[[noreturn]] void help(std::span<const Target> targets, int signal, int told) noexcept {
  close_descriptors(0, told, descriptor_bound());
  const int code = send_to_process(targets, signal);
  while (::write(told, &code, sizeof code) < 0 && errno == EINTR) {
  }
  ::_exit(0);
}

/// The child's result; EBUSY if that takes too long, ECHILD if the child sends none.
int receive_result(int told) noexcept {
  pollfd source{told, POLLIN, 0};
  int ready = 0;
  do ready = ::poll(&source, 1, kPatience);
  while (ready < 0 && errno == EINTR);
  if (ready <= 0) return EBUSY;
  int code = 0;
  ssize_t got = 0;
  do got = ::read(told, &code, sizeof code);
  while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof code) ? code : ECHILD;
}

}  // namespace

bool can_signal_as() noexcept {
  const auto held = held_capabilities();
  return held && !held->effective.has(CAP_KILL) && held->effective.has(CAP_SETUID);
}

std::optional<uid_t> real_uid(pid_t pid) noexcept {
  std::array<char, 32> path{"/proc/"};
  const auto [end, error] = std::to_chars(path.data() + 6, path.data() + 20, pid);
  if (error != std::errc()) return std::nullopt;
  constexpr std::string_view kFile = "/status";
  kFile.copy(end, kFile.size());
  const Fd file(::open(path.data(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::array<char, 1024> text{};  // "Uid:" is one of the first lines
  const ssize_t size = ::read(file.get(), text.data(), text.size());
  if (size <= 0) return std::nullopt;
  const std::string_view all(text.data(), static_cast<std::size_t>(size));
  constexpr std::string_view kKey = "\nUid:\t";
  const std::size_t at = all.find(kKey);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = all.substr(at + kKey.size());
  uid_t uid = 0;
  const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), uid);
  return read.ec == std::errc() ? std::optional(uid) : std::nullopt;
}

Sent signal_as(std::span<const Target> targets, int signal) noexcept {
  int ends[2] = {-1, -1};
  const bool has_pipe = ::pipe2(ends, O_CLOEXEC) == 0;
  const Fd reader(ends[0]);
  Fd writer(ends[1]);
  const pid_t helper = has_pipe ? ::fork() : -1;
  if (helper == 0) help(targets, signal, writer.get());
  writer.reset();
  const int code = helper < 0 ? send_ourselves(targets, signal) : receive_result(reader.get());
  return {code == 0 ? Result<void>() : refused(code), std::max(helper, 0)};
}

Sent signal_as(pid_t pid, int signal, uid_t uid) noexcept {
  if (::kill(pid, signal) == 0) return {};
  const int code = errno;
  if (code != EPERM || !can_signal_as()) return {refused(code)};
  const std::optional<uid_t> own = real_uid(std::abs(pid));
  std::array<Target, 2> targets{Target{pid, own.value_or(uid)}, Target{pid, uid}};
  const bool is_one = targets[0].uid == uid;
  return signal_as(std::span<const Target>(targets.data(), is_one ? 1 : 2), signal);
}

}  // namespace pintle::sys
