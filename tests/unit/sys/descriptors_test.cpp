#include "sys/descriptors.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

using namespace pintle::sys;

namespace {

constexpr int kHigh = 300;
constexpr int kKept = 7;

/// As a kernel before 5.9 answers, or a seccomp profile from before then.
bool forbid_close_range() {
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{sizeof code / sizeof *code, code};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

/// What is open above 2 when it should be `kKept` alone; 0 if it is. Runs in a child.
int closed_but_one(bool has_call, bool has_proc) {
  for (int fd = 3; fd <= kHigh; ++fd) (void)::dup2(0, fd);
  const int bound = descriptor_bound();
  rlimit low{16, 16};  // what is open above it stays open, setrlimit(2)
  if (::setrlimit(RLIMIT_NOFILE, &low) < 0) return 253;
  if (!has_proc && ::chroot("/proc/self/fdinfo") < 0) return 254;
  if (!has_call && !forbid_close_range()) return 255;
  close_descriptors(3, kKept, bound);
  if (!is_open(kKept)) return kKept;
  int open = 0;
  for (int fd = 3; fd <= kHigh; ++fd) open += is_open(fd) && fd != kKept;
  return open == 0 ? 0 : 252;
}

template <class Function>
int code_of(Function function) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(function());
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_SUITE("sys/descriptors") {
  TEST_CASE("all but one are closed, also those above a limit that was lowered") {
    CHECK(code_of([] { return closed_but_one(true, true); }) == 0);
  }

  TEST_CASE("without close_range(2) those that /proc/self/fd lists are closed") {
    CHECK(code_of([] { return closed_but_one(false, true); }) == 0);
  }

  TEST_CASE("without /proc as well every number below the former limit is closed") {
    if (::getuid() != 0) return;  // chroot(2)
    CHECK(code_of([] { return closed_but_one(false, false); }) == 0);
  }

  TEST_CASE("the bound is the hard limit, and never more than a million") {
    CHECK(code_of([] {
            const rlimit low{16, 64};
            return ::setrlimit(RLIMIT_NOFILE, &low) == 0 && descriptor_bound() == 64 ? 0 : 1;
          }) == 0);
    CHECK(descriptor_bound() <= 1 << 20);
  }
}
