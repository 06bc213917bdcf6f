// The calls that start, end, wait for and signal processes.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <iterator>

#include "kernel.hpp"
#include "raw_call.hpp"

namespace seam {
namespace {

constexpr int kMostInherited = 64;

/// The standard output of the program that is about to begin stays open in PID 1's real process.
void hand_over_output() noexcept {
  pid_t pid = local.self;
  iovec part{&pid, sizeof pid};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* const head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(int));
  const int output = STDOUT_FILENO;
  std::memcpy(CMSG_DATA(head), &output, sizeof output);
  (void)real(SYS_sendmsg, local.outputs_writer, &message, 0);
}

void write_first_words(const Process& process) noexcept {
  if (process.program < 0) return;
  const std::string& words =
      local.world->programs[static_cast<std::size_t>(process.program)].writes;
  if (!words.empty()) (void)real(SYS_write, process.output, words.data(), words.size());
}

/// What it has left behind has it too.
void share_output(const Process& process) noexcept {
  for (int i = 0; i < kernel().process_count; ++i) {
    Process& one = kernel().processes[i];
    if (one.parent != process.pid || !one.is_alive() || one.output >= 0) continue;
    one.output =
        static_cast<int>(real(SYS_fcntl, process.output, F_DUPFD_CLOEXEC, kOwnDescriptors));
  }
}

/// Takes what hand_over_output() has sent.
void take_outputs() noexcept {
  for (;;) {
    pid_t pid = 0;
    iovec part{&pid, sizeof pid};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const int how = MSG_DONTWAIT | MSG_CMSG_CLOEXEC;
    if (real(SYS_recvmsg, local.outputs_reader, &message, how) <= 0) return;
    int given = -1;
    const cmsghdr* const head = CMSG_FIRSTHDR(&message);
    if (head == nullptr) continue;
    std::memcpy(&given, CMSG_DATA(head), sizeof given);
    const long kept = real(SYS_fcntl, given, F_DUPFD_CLOEXEC, kOwnDescriptors);
    (void)real(SYS_close, given);
    Process* const process = find(pid);
    if (process == nullptr) continue;
    process->output = static_cast<int>(kept);
    share_output(*process);
    write_first_words(*process);
  }
}

int count_inherited() noexcept {
  int count = 0;
  for (int fd = STDERR_FILENO + 1; fd < kMostInherited; ++fd) {
    const long flags = real(SYS_fcntl, fd, F_GETFD, 0);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) ++count;
  }
  return count;
}

/// execve(2) and capabilities(7), for a file without any of its own.
void transform(Credentials& who) noexcept {
  constexpr unsigned kNoRoot = 1;  // SECBIT_NOROOT
  const bool is_root = (who.securebits & kNoRoot) == 0 && (who.uids[0] == 0 || who.uids[1] == 0);
  who.permitted = is_root ? who.inheritable | who.bounding : who.ambient;
  who.effective = is_root && who.uids[1] != 0 ? 0 : who.permitted;
  who.keeps_capabilities = false;
}

/// Until PID 1 lets it run; then its signals may have ended it.
void begin_held() noexcept {
  (void)real(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  (void)real(SYS_kill, real(SYS_getpid), SIGSTOP);
  const Process* const own = find(local.self);
  if (own == nullptr || !own->is_alive()) leave_process();
  local.held_count = 0;
}

void hold(pid_t pid, pid_t running) noexcept {
  int status = 0;
  while (real(SYS_wait4, running, &status, WUNTRACED, 0) < 0 && errno == EINTR) {
  }
  if (local.held_count == std::ssize(local.held)) fault("PID 1 starts more than any life needs");
  const auto delay = std::chrono::duration_cast<std::chrono::nanoseconds>(local.world->child_delay);
  local.held[local.held_count++] = {pid, running, kernel().now + delay.count()};
}

bool is_wanted(const Process& one, idtype_t which, id_t id) noexcept {
  if (one.parent != local.self || one.state == Process::State::gone) return false;
  return which == P_ALL || one.pid == static_cast<pid_t>(id);
}

void describe(const Process& dead, siginfo_t& info) noexcept {
  info = {};
  info.si_signo = SIGCHLD;
  info.si_pid = dead.pid;
  info.si_code = dead.end_signal != 0 ? CLD_KILLED : CLD_EXITED;
  info.si_status = dead.end_signal != 0 ? dead.end_signal : dead.end_code;
}

bool may_signal(const Process& target) noexcept {
  constexpr std::uint64_t kKill = 1U << 5U;  // CAP_KILL
  const Credentials& own = current().credentials;
  if ((own.effective & kKill) != 0 || target.pid == local.self) return true;
  const Credentials& its = target.credentials;
  for (const uid_t uid : {own.uids[0], own.uids[1]}) {
    if (uid == its.uids[0] || uid == its.uids[2]) return true;
  }
  return false;
}

bool is_meant(const Process& one, pid_t target) noexcept {
  if (one.state == Process::State::gone) return false;
  if (target > 0) return one.pid == target;
  if (target == -1) return one.pid != local.self && one.pid != local.world->pid;
  return one.group == (target == 0 ? current().group : -target);
}

}  // namespace

void run_child(pid_t running) noexcept {
  int status = 0;
  while (real(SYS_wait4, running, &status, 0, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status)) fault("a child of PID 1 crashes before it has executed anything");
  if (!is_init()) return;
  take_outputs();
  close_outputs_of_dead();
}

extern "C" {

int fake_fork() asm("fork");
int fake_fork() {
  Call call("fork");
  if (!call.is_simulated()) return ::_Fork();
  if (call.fails()) return -1;
  Process& child = add_process(current());
  const pid_t pid = child.pid;
  const pid_t running = ::_Fork();
  if (running < 0) fault("the machine itself cannot fork");
  const bool is_held = is_init() && local.world->child_delay > Duration(0);
  if (running == 0) {
    local.self = pid;
    if (is_held) begin_held();
    return 0;
  }
  if (is_held) {
    hold(pid, running);
  } else {
    run_child(running);
  }
  return pid;
}

int fake_execve(const char* path, char* const* argv, char* const* environment) asm("execve");
int fake_execve(const char* path, char* const*, char* const*) {
  Call call("execve");
  if (call.fails()) return -1;
  const int program = call.is_simulated() ? program_at(path) : -1;
  if (program < 0) {
    errno = ENOENT;
    return -1;
  }
  Process& self = current();
  transform(self.credentials);
  self.inherited = count_inherited();
  hand_over_output();
  begin_program(self, program);
  leave_process();
}

[[noreturn]] void fake_exit(int code) asm("_exit");
void fake_exit(int code) {
  if (local.is_simulating) {
    Call call("_exit");
    if (is_init()) fault("PID 1 calls _exit");
    die(current(), code & 0xff, 0);
    leave_process();
  }
  for (;;) (void)real(SYS_exit_group, code);
}

int fake_waitid(idtype_t which, id_t id, siginfo_t* info, int options) asm("waitid");
int fake_waitid(idtype_t which, id_t id, siginfo_t* info, int options) {
  Call call((options & WEXITED) != 0 ? "waitid" : "waitid stopped");
  if (!call.is_simulated()) {
    return static_cast<int>(real(SYS_waitid, which, id, info, options, nullptr));
  }
  if (call.fails()) return -1;
  bool has_any = false;
  for (int i = 0; i < kernel().process_count; ++i) {
    Process& one = kernel().processes[i];
    if (!is_wanted(one, which, id)) continue;
    has_any = true;
    if ((options & WSTOPPED) != 0 && one.stopped_by != 0) {
      describe(one, *info);
      info->si_code = CLD_STOPPED;
      info->si_status = one.stopped_by;
      one.stopped_by = 0;
      return 0;
    }
    if ((options & WEXITED) == 0 || one.state != Process::State::zombie) continue;
    describe(one, *info);
    if ((options & WNOWAIT) == 0) one.state = Process::State::gone;
    return 0;
  }
  if (!has_any) {
    errno = ECHILD;
    return -1;
  }
  if ((options & WNOHANG) == 0) {
    if (is_init()) fault("PID 1 waits for a child");
    settle();
  }
  *info = {};
  return 0;
}

int fake_kill(pid_t target, int signal) asm("kill");
int fake_kill(pid_t target, int signal) {
  Call call("kill");
  if (!call.is_simulated()) return static_cast<int>(real(SYS_kill, target, signal));
  if (call.fails()) return -1;
  bool is_there = false;
  bool was_sent = false;
  for (int i = 0; i < kernel().process_count; ++i) {
    Process& one = kernel().processes[i];
    if (!is_meant(one, target)) continue;
    is_there = true;
    if (!may_signal(one)) continue;
    was_sent = true;
    signal_process(one, signal, local.self);
  }
  if (was_sent) return 0;
  errno = is_there ? EPERM : ESRCH;
  return -1;
}

pid_t fake_setsid() asm("setsid");
pid_t fake_setsid() {
  Call call("setsid");
  if (!call.is_simulated()) return static_cast<pid_t>(real(SYS_setsid));
  if (call.fails()) return -1;
  current().group = current().session = local.self;
  return local.self;
}

int fake_setpgid(pid_t pid, pid_t group) asm("setpgid");
int fake_setpgid(pid_t pid, pid_t group) {
  Call call("setpgid");
  if (!call.is_simulated()) return static_cast<int>(real(SYS_setpgid, pid, group));
  if (call.fails()) return -1;
  Process* const process = find(pid == 0 ? local.self : pid);
  const bool is_ours = process != nullptr && (pid == 0 || process->parent == local.self);
  if (!is_ours || process->program >= 0) {
    errno = is_ours ? EACCES : ESRCH;
    return -1;
  }
  process->group = group == 0 ? process->pid : group;
  return 0;
}

pid_t fake_getpgid(pid_t pid) asm("getpgid");
pid_t fake_getpgid(pid_t pid) {
  Call call("getpgid");
  if (!call.is_simulated()) return static_cast<pid_t>(real(SYS_getpgid, pid));
  if (call.fails()) return -1;
  const Process* const process = find(pid == 0 ? local.self : pid);
  if (process != nullptr) return process->group;
  errno = ESRCH;
  return -1;
}

pid_t fake_getpgrp() asm("getpgrp");
pid_t fake_getpgrp() {
  Call call("getpgrp");
  return call.is_simulated() ? current().group : static_cast<pid_t>(real(SYS_getpgid, 0));
}

pid_t fake_getpid() asm("getpid");
pid_t fake_getpid() {
  Call call("getpid");
  return call.is_simulated() ? local.self : static_cast<pid_t>(real(SYS_getpid));
}

pid_t fake_getppid() asm("getppid");
pid_t fake_getppid() {
  Call call("getppid");
  return call.is_simulated() ? current().parent : static_cast<pid_t>(real(SYS_getppid));
}

}  // extern "C"

}  // namespace seam
