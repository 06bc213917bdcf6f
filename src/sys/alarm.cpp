#include "sys/alarm.hpp"

#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

namespace pintle::sys {
namespace {

// The handler's data, set before the handler can run.
TimeoutReport expired;

void end(int) {
  (void)!::write(STDOUT_FILENO, expired.line.data(), expired.line.size());
  if (expired.log != nullptr) expired.log->write(expired.message);
  ::_exit(expired.code);
}

}  // namespace

Result<void> end_after(Duration time, TimeoutReport report) {
  expired = std::move(report);
  struct sigaction action {};
  action.sa_handler = end;
  if (::sigaction(SIGALRM, &action, nullptr) < 0) return Error::from_errno("set a deadline");
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  itimerval timer{};
  timer.it_value.tv_sec = micros / 1000000;
  timer.it_value.tv_usec = micros % 1000000;
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  (void)::sigprocmask(SIG_UNBLOCK, &alarm, nullptr);  // the parent process may have blocked SIGALRM
  if (::setitimer(ITIMER_REAL, &timer, nullptr) < 0) return Error::from_errno("set a deadline");
  return {};
}

}  // namespace pintle::sys
