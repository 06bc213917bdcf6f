#include "init/signaller.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <span>

#include "base/log.hpp"
#include "base/signal_names.hpp"
#include "sys/process.hpp"
#include "sys/signal_as.hpp"
#include "sys/terminal.hpp"

namespace pintle::init {
namespace {

bool is_error(const Result<void>& sent, int code) noexcept {
  return !sent && sent.error().code == code;
}

/// Continues main's process group. Logs a failure, since no other line would say why main stays
/// stopped.
void continue_main(pid_t main) {
  if (::kill(-main, SIGCONT) == 0 || errno == ESRCH) return;
  log::warning(
      fmt::format("main stays stopped: cannot send SIGCONT to it: {}", std::strerror(errno)));
}

void say_that_terminal_is_missing() {
  log::warning("main stays stopped: it cannot get the foreground of its terminal");
}

/// Stops pintle together with main; true if a shell with job control has continued it. Main gets
/// the terminal again only if pintle's group is in its foreground then.
bool suspend(const sys::Terminal& terminal, pid_t main) noexcept {
  const pid_t own = ::getpgrp();
  if (terminal.is_of(main)) terminal.give_to(own);
  const bool was_suspended = sys::suspend_own_group();
  if (terminal.is_of(own)) terminal.give_to(main);
  return was_suspended;
}

}  // namespace

/// Stores the helper child that may have been forked for a signal, so that it is not counted as an
/// orphan. Until it has reported its result, it may still signal `target`.
Result<void> Signaller::remember(sys::Sent sent, pid_t target) noexcept {
  const bool is_late = is_error(sent.result, EBUSY);
  if (sent.helper != 0) helpers_.add(sent.helper, is_late ? target : 0);
  return std::move(sent.result);
}

void Signaller::kill_group(pid_t group) noexcept {
  (void)::kill(-group, SIGKILL);
}

void Signaller::kill_group_by_child(pid_t group) noexcept {
  std::array<sys::Target, 8> targets{};
  std::size_t count = 0;
  const auto add = [&](uid_t uid) {
    const auto is_it = [=](const sys::Target& one) { return one.uid == uid; };
    const auto end = targets.begin() + static_cast<std::ptrdiff_t>(count);
    if (count < targets.size() && std::none_of(targets.begin(), end, is_it)) {
      targets[count++] = {-group, uid};
    }
  };
  const Hook* const hook = hooks_.find(group);
  add((hook != nullptr ? *hook->recipe : recipes_.main()).identity().uid);
  add(sys::real_uid(group).value_or(0));
  const auto children = sys::own_children();
  for (const pid_t child : children ? children->all() : std::span<const pid_t>()) {
    if (::getpgid(child) == group) add(sys::real_uid(child).value_or(0));
  }
  (void)remember(sys::signal_as(std::span(targets).first(count), SIGKILL), group);
}

void Signaller::send(const Kill& action) {
  const uid_t uid = action.hook->recipe->identity().uid;
  const pid_t target = std::abs(action.pid);
  auto sent = remember(sys::signal_as(action.pid, action.number, uid), target);
  // A child that has not called setsid(2) yet has no group of its own. It has not been reaped, so
  // its pid is valid.
  if (is_error(sent, ESRCH) && action.pid < 0) {
    sent = remember(sys::signal_as(target, action.number, uid), target);
  }
  if (is_error(sent, EBUSY)) {
    log::warning(fmt::format("{} to {} is late: the child that sends it did not finish in time",
                             signal_name(action.number), action.pid));
  } else if (!sent && !is_error(sent, ESRCH)) {
    log::warning(fmt::format("cannot send {} to {}: {}", signal_name(action.number), action.pid,
                             std::strerror(sent.error().code)));
  }
}

void Signaller::send(const KillAll& action) {
  std::vector<sys::Target> refused;
  if (sys::is_pid1()) {
    (void)::kill(-1, action.number);
    // Without CAP_KILL, that reached only processes of pintle's own uid.
    if (sys::can_signal_as()) refused = everybody_else();
  } else {
    for (const pid_t pid : sys::descendants()) {
      if (::kill(pid, action.number) == 0 || errno != EPERM) continue;
      refused.push_back({pid, sys::real_uid(pid).value_or(recipes_.main().identity().uid)});
    }
  }
  if (refused.empty()) return;
  const pid_t named =
      sys::is_pid1() ? 0
                     : SignalHelpers::kAnybody;  // as PID 1, the targets are all processes of a uid
  (void)remember(sys::signal_as(refused, action.number), named);
}

/// If no other process could continue main, main is continued at once, except after SIGSTOP, which
/// is always intended.
void Signaller::stop_with_main(const Suspend& action) {
  const bool needs_terminal = action.signal == SIGTTIN || action.signal == SIGTTOU;
  const auto terminal = sys::Terminal::controlling();
  const bool is_foreground = terminal && terminal.is_of(::getpgrp());
  if (needs_terminal && is_foreground) return resume_main({action.main, needs_terminal});
  const bool was_suspended = terminal && suspend(terminal, action.main);
  const bool lacks_terminal = needs_terminal && terminal && !terminal.is_of(action.main);
  const bool goes_on = was_suspended || (action.signal != SIGSTOP && !lacks_terminal);
  if (goes_on) {
    continue_main(action.main);
  } else if (lacks_terminal) {
    say_that_terminal_is_missing();
  }
}

/// If main needs the terminal, and cannot get its foreground, main would be stopped again at once:
/// it stays stopped. Without a terminal, another process has sent the signal.
void Signaller::resume_main(const Resume& action) {
  if (action.needs_terminal) {
    const auto terminal = sys::Terminal::controlling();
    if (terminal) terminal.give_to(action.main);
    if (terminal && !terminal.is_of(action.main)) return say_that_terminal_is_missing();
  }
  continue_main(action.main);
}

/// A target for each uid that pintle's children run as, or that a process has switched to.
std::vector<sys::Target> Signaller::everybody_else() const {
  std::vector<uid_t> uids = other_uids_;
  for (const pid_t pid : sys::descendants()) {
    if (const auto uid = sys::real_uid(pid); uid && *uid != 0) uids.push_back(*uid);
  }
  std::sort(uids.begin(), uids.end());
  uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
  std::vector<sys::Target> targets;
  targets.reserve(uids.size());
  for (const uid_t uid : uids) targets.push_back({-1, uid});
  return targets;
}

}  // namespace pintle::init
