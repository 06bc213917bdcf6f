// The calls on descriptors. These are real; what a machine keeps for itself pintle does not see.
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "kernel.hpp"
#include "proc_files.hpp"
#include "raw_call.hpp"

namespace seam {
namespace {

/// A descriptor of pintle's whose number it has lost, or closed twice.
void expect_open(const char* what, int fd) noexcept {
  if (real(SYS_fcntl, fd, F_GETFD, 0) < 0) fault(what);
}

void set_sender(msghdr& message) noexcept {
  if (kernel().speaker_pid == 0) return;
  for (cmsghdr* one = CMSG_FIRSTHDR(&message); one != nullptr;) {
    if (one->cmsg_level == SOL_SOCKET && one->cmsg_type == SCM_CREDENTIALS) {
      const ucred sender{kernel().speaker_pid, kernel().speaker_uid, kernel().speaker_uid};
      std::memcpy(CMSG_DATA(one), &sender, sizeof sender);
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"  // in musl's own macro
    one = CMSG_NXTHDR(&message, one);
#pragma GCC diagnostic pop
  }
}

/// As signalfd(2) has it.
ssize_t read_signal(void* buffer) noexcept {
  const int signal = take_pending();
  if (signal == 0) {
    errno = EAGAIN;
    return -1;
  }
  signalfd_siginfo info{};
  info.ssi_signo = static_cast<std::uint32_t>(signal);
  info.ssi_pid = static_cast<std::uint32_t>(kernel().senders[signal - 1]);
  std::memcpy(buffer, &info, sizeof info);
  return sizeof info;
}

bool is_terminal(const Call& call, int fd) noexcept {
  if (call.fails()) return false;
  if (call.is_simulated() && kernel().foreground != 0 && fd <= STDERR_FILENO) return true;
  errno = ENOTTY;
  return false;
}

const char* name_of_fcntl(int command) noexcept {
  return command == F_DUPFD_CLOEXEC || command == F_DUPFD ? "fcntl dup" : "fcntl";
}

}  // namespace

extern "C" {

int fake_pipe2(int* ends, int flags) asm("pipe2");
int fake_pipe2(int* ends, int flags) {
  Call call("pipe2");
  return call.fails() ? -1 : static_cast<int>(real(SYS_pipe2, ends, flags));
}

int fake_close(int fd) asm("close");
int fake_close(int fd) {
  Call call("close");
  if (call.is_simulated() && fd >= kOwnDescriptors) return 0;
  if (call.is_simulated() && is_init()) expect_open("PID 1 closes what is not open", fd);
  if (!call.fails()) return static_cast<int>(real(SYS_close, fd));
  // Linux closes it all the same, close(2).
  const int error = errno;
  (void)real(SYS_close, fd);
  errno = error;
  return -1;
}

ssize_t fake_read(int fd, void* buffer, std::size_t size) asm("read");
ssize_t fake_read(int fd, void* buffer, std::size_t size) {
  Call call("read");
  if (call.fails()) return -1;
  const bool are_signals = call.is_simulated() && is_init() && fd == local.signals;
  return are_signals ? read_signal(buffer) : real(SYS_read, fd, buffer, size);
}

ssize_t fake_write(int fd, const void* buffer, std::size_t size) asm("write");
ssize_t fake_write(int fd, const void* buffer, std::size_t size) {
  Call call(fd == STDERR_FILENO ? "write log" : "write");
  return call.fails() ? -1 : real(SYS_write, fd, buffer, size);
}

int fake_dup2(int fd, int wanted) asm("dup2");
int fake_dup2(int fd, int wanted) {
  Call call("dup2");
  if (call.fails()) return -1;
  if (fd == wanted) return real(SYS_fcntl, fd, F_GETFD, 0) < 0 ? -1 : fd;
  return static_cast<int>(real(SYS_dup3, fd, wanted, 0));
}

int fake_fchown(int fd, uid_t uid, gid_t gid) asm("fchown");
int fake_fchown(int fd, uid_t uid, gid_t gid) {
  Call call("fchown");
  if (!call.is_simulated()) return static_cast<int>(real(SYS_fchown, fd, uid, gid));
  return call.fails() ? -1 : 0;
}

ssize_t fake_getrandom(void* buffer, std::size_t size, unsigned flags) asm("getrandom");
ssize_t fake_getrandom(void* buffer, std::size_t size, unsigned flags) {
  Call call("getrandom");
  return call.fails() ? -1 : real(SYS_getrandom, buffer, size, flags);
}

// --- paths ---------------------------------------------------------------------------------------

int fake_open(const char* path, int flags, mode_t mode) asm(SEAM_WIDE("open"));
int fake_open(const char* path, int flags, mode_t mode) {
  Call call("open");
  if (call.fails()) return -1;
  if (call.is_simulated()) {
    if (std::strcmp(path, "/dev/tty") == 0) {
      errno = ENXIO;
      return -1;
    }
    if (const auto file = open_proc_file(path)) return *file;
  }
  return static_cast<int>(real(SYS_openat, AT_FDCWD, path, flags, mode));
}

int fake_fcntl(int fd, int command, long argument) asm(SEAM_WIDE("fcntl"));
int fake_fcntl(int fd, int command, long argument) {
  Call call(name_of_fcntl(command));
  return call.fails() ? -1 : static_cast<int>(real(SYS_fcntl, fd, command, argument));
}

int fake_getrlimit(int resource, rlimit* limit) asm(SEAM_WIDE("getrlimit"));
int fake_getrlimit(int resource, rlimit* limit) {
  Call call("getrlimit");
  if (!call.is_simulated()) {
    return static_cast<int>(real(SYS_prlimit64, 0, resource, nullptr, limit));
  }
  if (call.fails()) return -1;
  constexpr rlim_t kMost = 128;
  *limit = {kMost, kMost};
  return 0;
}

int fake_setrlimit(int resource, const rlimit* limit) asm(SEAM_WIDE("setrlimit"));
int fake_setrlimit(int resource, const rlimit* limit) {
  Call call("setrlimit");
  if (!call.is_simulated()) {
    return static_cast<int>(real(SYS_prlimit64, 0, resource, limit, nullptr));
  }
  return call.fails() ? -1 : 0;
}

int fake_setpriority(int which, id_t who, int value) asm("setpriority");
int fake_setpriority(int which, id_t who, int value) {
  Call call("setpriority");
  if (!call.is_simulated()) return static_cast<int>(real(SYS_setpriority, which, who, value));
  return call.fails() ? -1 : 0;
}

int fake_chdir(const char* path) asm("chdir");
int fake_chdir(const char* path) {
  Call call("chdir");
  return call.fails() ? -1 : static_cast<int>(real(SYS_chdir, path));
}

DIR* fake_opendir(const char* path) asm("opendir");
DIR* fake_opendir(const char* path) {
  Call call("opendir");
  if (call.fails()) return nullptr;
  const char* const shown = call.is_simulated() ? real_folder_for(path) : path;
  const long fd = real(SYS_openat, AT_FDCWD, shown, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  return fd < 0 ? nullptr : ::fdopendir(static_cast<int>(fd));
}

// --- the terminal: standard input, output and error ----------------------------------------------

pid_t fake_tcgetpgrp(int fd) asm("tcgetpgrp");
pid_t fake_tcgetpgrp(int fd) {
  Call call("tcgetpgrp");
  if (!is_terminal(call, fd)) return -1;
  return kernel().foreground;
}

int fake_tcsetpgrp(int fd, pid_t group) asm("tcsetpgrp");
int fake_tcsetpgrp(int fd, pid_t group) {
  Call call("tcsetpgrp");
  if (!is_terminal(call, fd)) return -1;
  kernel().foreground = group;
  return 0;
}

// --- sockets -------------------------------------------------------------------------------------

int fake_socket(int domain, int type, int protocol) asm("socket");
int fake_socket(int domain, int type, int protocol) {
  Call call("socket");
  return call.fails() ? -1 : static_cast<int>(real(SYS_socket, domain, type, protocol));
}

int fake_bind(int fd, const sockaddr* name, socklen_t size) asm("bind");
int fake_bind(int fd, const sockaddr* name, socklen_t size) {
  // gVisor cannot choose a name itself.
  Call call(size == sizeof(sa_family_t) ? "bind any" : "bind");
  return call.fails() ? -1 : static_cast<int>(real(SYS_bind, fd, name, size));
}

int fake_listen(int fd, int backlog) asm("listen");
int fake_listen(int fd, int backlog) {
  Call call("listen");
  return call.fails() ? -1 : static_cast<int>(real(SYS_listen, fd, backlog));
}

int fake_getsockname(int fd, sockaddr* name, socklen_t* size) asm("getsockname");
int fake_getsockname(int fd, sockaddr* name, socklen_t* size) {
  Call call("getsockname");
  return call.fails() ? -1 : static_cast<int>(real(SYS_getsockname, fd, name, size));
}

int fake_accept4(int fd, sockaddr* name, socklen_t* size, int flags) asm("accept4");
int fake_accept4(int fd, sockaddr* name, socklen_t* size, int flags) {
  Call call("accept4");
  return call.fails() ? -1 : static_cast<int>(real(SYS_accept4, fd, name, size, flags));
}

int fake_connect(int fd, const sockaddr* name, socklen_t size) asm("connect");
int fake_connect(int fd, const sockaddr* name, socklen_t size) {
  Call call("connect");
  return call.fails() ? -1 : static_cast<int>(real(SYS_connect, fd, name, size));
}

int fake_setsockopt(int fd, int level, int name, const void* value,
                    socklen_t size) asm("setsockopt");
int fake_setsockopt(int fd, int level, int name, const void* value, socklen_t size) {
  Call call("setsockopt");
  return call.fails() ? -1 : static_cast<int>(real(SYS_setsockopt, fd, level, name, value, size));
}

int fake_getsockopt(int fd, int level, int name, void* value, socklen_t* size) asm("getsockopt");
int fake_getsockopt(int fd, int level, int name, void* value, socklen_t* size) {
  Call call("getsockopt");
  if (call.fails()) return -1;
  const long result = real(SYS_getsockopt, fd, level, name, value, size);
  const bool is_peer = call.is_simulated() && level == SOL_SOCKET && name == SO_PEERCRED;
  if (result == 0 && is_peer && kernel().speaker_pid != 0) {
    const ucred peer{kernel().speaker_pid, kernel().speaker_uid, kernel().speaker_uid};
    std::memcpy(value, &peer, sizeof peer);
  }
  return static_cast<int>(result);
}

ssize_t fake_sendto(int fd, const void* text, std::size_t size, int flags, const sockaddr* to,
                    socklen_t to_size) asm("sendto");
ssize_t fake_sendto(int fd, const void* text, std::size_t size, int flags, const sockaddr* to,
                    socklen_t to_size) {
  Call call("sendto");
  return call.fails() ? -1 : real(SYS_sendto, fd, text, size, flags, to, to_size);
}

ssize_t fake_send(int fd, const void* text, std::size_t size, int flags) asm("send");
ssize_t fake_send(int fd, const void* text, std::size_t size, int flags) {
  Call call("send");
  return call.fails() ? -1 : real(SYS_sendto, fd, text, size, flags, nullptr, 0);
}

ssize_t fake_recv(int fd, void* buffer, std::size_t size, int flags) asm("recv");
ssize_t fake_recv(int fd, void* buffer, std::size_t size, int flags) {
  Call call("recv");
  return call.fails() ? -1 : real(SYS_recvfrom, fd, buffer, size, flags, nullptr, nullptr);
}

ssize_t fake_recvmsg(int fd, msghdr* message, int flags) asm("recvmsg");
ssize_t fake_recvmsg(int fd, msghdr* message, int flags) {
  Call call("recvmsg");
  if (call.fails()) return -1;
  const ssize_t got = real(SYS_recvmsg, fd, message, flags);
  if (call.is_simulated() && got >= 0) set_sender(*message);
  return got;
}

#ifdef __GLIBC__
ssize_t fake_read_chk(int fd, void* buffer, std::size_t size, std::size_t room) asm("__read_chk");
ssize_t fake_read_chk(int fd, void* buffer, std::size_t size, std::size_t) {
  return fake_read(fd, buffer, size);
}

ssize_t fake_recv_chk(int fd, void* buffer, std::size_t size, std::size_t room,
                      int flags) asm("__recv_chk");
ssize_t fake_recv_chk(int fd, void* buffer, std::size_t size, std::size_t, int flags) {
  return fake_recv(fd, buffer, size, flags);
}
#endif

}  // extern "C"

}  // namespace seam
