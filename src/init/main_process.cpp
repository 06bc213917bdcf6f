#include "init/main_process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "base/exit_codes.hpp"

namespace pintle::init {
namespace {

ExitCode code_of(const StartFailure& failure) noexcept {
  if (failure.step == sys::StartStep::privileges) return ExitCode::refused;
  if (failure.is_unproven()) return ExitCode::unproven;
  if (failure.step != sys::StartStep::execute) return ExitCode::not_executable;
  return failure.code == ENOENT ? ExitCode::not_found : ExitCode::not_executable;
}

Reason reason_of(ExitCode code) noexcept {
  if (code == ExitCode::refused || code == ExitCode::unproven) return Reason::main_refused;
  return code == ExitCode::not_found ? Reason::main_not_found : Reason::main_not_executable;
}

}  // namespace

void MainProcess::forward(int number, bool stops) noexcept {
  was_told_ = was_told_ || stops;
  const auto rewrite = rules_.rewrites.find(number);
  const int sent = rewrite == rules_.rewrites.end() ? number : rewrite->second;
  const pid_t target = hook_.signals_group ? -hook_.run.pid : hook_.run.pid;
  if (sent != 0) queue_.push(Kill{&hook_, target, sent});
  if (stops) queue_.push(Kill{&hook_, target, SIGCONT});
}

void MainProcess::stop(int number, Time now) noexcept {
  if (!was_told_) forward(number, true);
  hook_.run.state = Run::State::ending;
  if (!budget_.grace()) return;
  const Time wanted = now + *budget_.grace();
  hook_.run.deadline = std::min(wanted, budget_.main_end().value_or(wanted));
}

void MainProcess::extend(Duration time, Time now) noexcept {
  auto& deadline = hook_.run.deadline;
  if (hook_.run.state != Run::State::ending || !deadline) return;
  const Time wanted = now + time;
  deadline = std::max(*deadline, std::min(wanted, budget_.main_end().value_or(wanted)));
}

/// A terminal does not stop a process group that no other process could continue (setpgid(2),
/// NOTES), so as PID 1 pintle continues main. After SIGSTOP, which is always intended, main stays
/// stopped.
void MainProcess::stopped_by(int signal) noexcept {
  if (!hook_.run.is_active()) return;
  if (!rules_.is_pid1) {
    queue_.push(Suspend{hook_.run.pid, signal});
  } else if (signal != SIGSTOP) {
    queue_.push(Resume{hook_.run.pid, signal != SIGTSTP});
  }
}

Quit MainProcess::verdict_on(const ChildGone& event) const noexcept {
  if (event.failure) {
    const ExitCode code = code_of(*event.failure);
    return {static_cast<int>(code), reason_of(code), nullptr, 0, *event.failure};
  }
  const bool is_success = rules_.success_codes[static_cast<std::size_t>(event.code & 0xff)];
  return {is_success ? 0 : event.code, Reason::main_ended};
}

}  // namespace pintle::init
