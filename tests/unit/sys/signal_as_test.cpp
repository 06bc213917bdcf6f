#include "sys/signal_as.hpp"

#include <doctest/doctest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "sys/capabilities.hpp"

using namespace pintle::sys;

namespace {

constexpr uid_t kSender = 4711;
constexpr uid_t kTarget = 4712;

/// A child of another user that waits for a signal.
pid_t target_of_a_signal() {
  const pid_t child = ::fork();
  if (child != 0) return child;
  (void)std::signal(SIGTERM, SIG_DFL);
  if (::setresuid(kTarget, kTarget, kTarget) < 0) ::_exit(1);
  for (;;) ::pause();
}

/// What a sender that is not root and has CAP_SETUID alone comes to without a descriptor left: the
/// number of the first thing that is wrong, 0 if nothing is.
int send_without_descriptors(pid_t target) {
  (void)::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
  if (::setresuid(kSender, kSender, kSender) < 0) return 1;
  const CapabilitySet setuid = CapabilitySet{}.add(CAP_SETUID);
  if (!set_capabilities({.effective = setuid, .permitted = setuid})) return 2;
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_NOFILE, &none) < 0) return 3;
  const std::array targets{Target{target, kTarget}};
  if (!signal_as(targets, SIGTERM).result) return 4;
  return ::geteuid() == kSender && ::getuid() == kSender ? 0 : 5;
}

}  // namespace

TEST_SUITE("sys/signal_as") {
  TEST_CASE("where no child can be had the sender takes the uid itself, and gives it back") {
    if (::geteuid() != 0) return;
    const pid_t target = target_of_a_signal();
    int status = 0;
    // Until it has become another user it could be signalled by anybody who is root.
    while (real_uid(target).value_or(0) != kTarget) {
    }
    const pid_t sender = ::fork();
    if (sender == 0) ::_exit(send_without_descriptors(target));
    REQUIRE(::waitpid(sender, &status, 0) == sender);
    CHECK(WEXITSTATUS(status) == 0);
    const bool was_sent = status == 0;
    if (!was_sent) (void)::kill(target, SIGKILL);
    REQUIRE(::waitpid(target, &status, 0) == target);
    if (was_sent) CHECK(WTERMSIG(status) == SIGTERM);
  }
}
