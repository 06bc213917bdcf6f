// The calls that wait, or ask for the time.
#include <poll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "kernel.hpp"
#include "raw_call.hpp"

namespace seam {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
/// What the wall clock shows when the machine has just been booted: the start of 2026.
constexpr std::int64_t kWallTimeAtBoot = 1'767'225'600 * kSecond;

int look(pollfd* sources, unsigned long count) noexcept {
  const timespec no_time{};
  return static_cast<int>(real(SYS_ppoll, sources, count, &no_time, nullptr, 0));
}

int wait_really(pollfd* sources, unsigned long count, int timeout) noexcept {
  const timespec time{timeout / 1000, timeout % 1000 * 1'000'000L};
  return static_cast<int>(
      real(SYS_ppoll, sources, count, timeout < 0 ? nullptr : &time, nullptr, 0));
}

int wait(pollfd* sources, unsigned long count, int timeout) noexcept {
  constexpr auto kNever = std::numeric_limits<std::int64_t>::max();
  const std::int64_t limit = timeout < 0 ? kNever : kernel().now + timeout * (kSecond / 1000);
  for (;;) {
    advance_to(kernel().now);
    if (kernel().wait_error != 0) {
      errno = kernel().wait_error;
      return -1;
    }
    const int ready = look(sources, count);
    if (ready != 0 || kernel().now >= limit) return ready;
    const auto next = next_happening();
    if (!next && timeout < 0) {
      give_up_waiting();
    } else {
      advance_to(std::min(next.value_or(limit), limit));
    }
  }
}

void sleep(std::int64_t time) noexcept {
  const std::int64_t until = kernel().now + time;
  while (kernel().now < until) advance_to(std::min(next_happening().value_or(until), until));
}

}  // namespace

extern "C" {

int fake_poll(pollfd* sources, unsigned long count, int timeout) asm("poll");
int fake_poll(pollfd* sources, unsigned long count, int timeout) {
  Call call("poll");
  if (!call.is_simulated()) return wait_really(sources, count, timeout);
  if (call.fails()) return -1;
  if (is_init()) return wait(sources, count, timeout);
  const int ready = look(sources, count);
  if (ready != 0 || timeout == 0) return ready;
  settle();
}

int fake_nanosleep(const timespec* time, timespec* left) asm("nanosleep");
int fake_nanosleep(const timespec* time, timespec* left) {
  Call call("nanosleep");
  if (!call.is_simulated()) return static_cast<int>(real(SYS_nanosleep, time, left));
  if (!is_init()) settle();
  sleep(time->tv_sec * kSecond + time->tv_nsec);
  return 0;
}

// Visible, for std::chrono of a shared C++ library.
[[gnu::visibility("default")]] int fake_clock_gettime(clockid_t clock,
                                                      timespec* time) asm("clock_gettime");
int fake_clock_gettime(clockid_t clock, timespec* time) {
  if (!local.is_simulating) return static_cast<int>(real(SYS_clock_gettime, clock, time));
  const std::int64_t now = kernel().now + (clock == CLOCK_REALTIME ? kWallTimeAtBoot : 0);
  *time = {now / kSecond, now % kSecond};
  return 0;
}

int fake_timerfd_create(int clock, int flags) asm("timerfd_create");
int fake_timerfd_create(int clock, int flags) {
  Call call("timerfd_create");
  return call.fails() ? -1 : static_cast<int>(real(SYS_timerfd_create, clock, flags));
}

int fake_timerfd_settime(int timer, int flags, const itimerspec* to,
                         itimerspec* before) asm("timerfd_settime");
int fake_timerfd_settime(int timer, int flags, const itimerspec* to, itimerspec* before) {
  Call call("timerfd_settime");
  return call.fails() ? -1 : static_cast<int>(real(SYS_timerfd_settime, timer, flags, to, before));
}

#ifdef __GLIBC__
int fake_poll_chk(pollfd* sources, unsigned long count, int timeout,
                  std::size_t size) asm("__poll_chk");
int fake_poll_chk(pollfd* sources, unsigned long count, int timeout, std::size_t) {
  return fake_poll(sources, count, timeout);
}
#endif

}  // extern "C"

}  // namespace seam
