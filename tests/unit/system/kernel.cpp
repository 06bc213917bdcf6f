#include "kernel.hpp"

#include <sys/syscall.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "raw_call.hpp"

namespace seam {

Local local;

namespace {

constexpr std::int64_t kTimeOfACall = 10'000;  // nanoseconds

const Program* program_of(const Process& process) noexcept {
  return process.program < 0 ? nullptr
                             : &local.world->programs[static_cast<std::size_t>(process.program)];
}

std::int64_t nanoseconds(Duration time) noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

std::uint64_t bit_of(int signal) noexcept {
  return std::uint64_t{1} << static_cast<unsigned>(signal - 1);
}

/// Standard signals do not queue, signal(7).
void signal_init(int signal, pid_t sender) noexcept {
  if (signal == SIGKILL || signal == SIGSTOP) return;
  if (signal == SIGCONT) kernel().pending &= ~bit_of(SIGTSTP);
  if (signal == SIGTSTP) kernel().pending &= ~bit_of(SIGCONT);
  if ((kernel().pending & bit_of(signal)) != 0) return;
  kernel().pending |= bit_of(signal);
  kernel().senders[signal - 1] = sender;
  const std::uint64_t one = 1;
  (void)real(SYS_write, local.own_signals, &one, sizeof one);
}

/// Orphans become PID 1's; whoever else has a child collects it at once.
void tell_parent(Process& process) noexcept {
  Process* const parent = find(process.parent);
  if (process.parent == local.world->pid) return signal_init(SIGCHLD, process.pid);
  if (parent != nullptr && parent->state == Process::State::starting) return;
  process.state = Process::State::gone;
  if (parent == nullptr || parent->follows != process.pid) return;
  die(*parent, process.end_code, process.end_signal);
}

void take_signal(Process& process, int signal) noexcept {
  const Program* const program = program_of(process);
  const auto kind = program == nullptr ? Program::OnSignal::dies : program->on_signal;
  if (kind == Program::OnSignal::ignores) return;
  const bool exits = kind == Program::OnSignal::exits;
  const int code = exits ? program->signal_code : 128 + signal;
  const std::int64_t wait = program == nullptr ? 0 : nanoseconds(program->signal_time);
  if (wait == 0) return die(process, code, exits ? 0 : signal);
  const std::int64_t at = kernel().now + wait;
  if (process.ends_at >= 0 && process.ends_at < at) return;
  process.ends_at = at;
  process.end_code = code;
  process.end_signal = exits ? 0 : signal;
}

void stop(Process& process, int signal) noexcept {
  process.state = Process::State::stopped;
  process.stopped_by = signal;
  if (process.parent == local.world->pid) signal_init(SIGCHLD, process.pid);
}

void go_on(Process& process) noexcept {
  if (process.state != Process::State::stopped) return;
  process.state = Process::State::running;
  process.stopped_by = 0;
  if (const int signal = std::exchange(process.pending, 0); signal != 0) {
    take_signal(process, signal);
  }
}

bool is_stop(int signal) noexcept {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

bool makes_descriptors(std::string_view name) noexcept {
  constexpr std::string_view kNames[] = {"pipe2",   "socket",         "open",      "dup2",
                                         "accept4", "timerfd_create", "signalfd4", "fcntl dup"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

/// Those whose time has come.
void run_held_children() noexcept {
  while (local.held_count > 0 && local.held[0].until <= kernel().now) {
    const HeldChild child = local.held[0];
    std::copy(local.held + 1, local.held + local.held_count--, local.held);
    (void)real(SYS_kill, child.running, SIGCONT);
    run_child(child.running);
  }
}

}  // namespace

bool fails_alike(std::string_view first, std::string_view later, int error) noexcept {
  const bool is_of_descriptors = error == EMFILE || error == ENFILE;
  return first == later ||
         (is_of_descriptors && makes_descriptors(first) && makes_descriptors(later));
}

Call::Call(const char* name, const void* site) noexcept
    : is_simulated_(std::exchange(local.is_simulating, false)) {
  if (!is_simulated_) return;
  Kernel& state = kernel();
  if (state.call_count == kMostCalls) fault("PID 1 makes more calls than any life needs");
  const int index = state.call_count++;
  state.calls[index] = {name, local.self, site};
  state.now += kTimeOfACall;
  for (const World::Lack& lack : local.world->lacks) {
    if (lack.call != name) continue;
    fails_ = true;
    errno = lack.error;
    return;
  }
  const Failure& failure = state.failure;
  if (failure.index < 0 || index < failure.index) return;
  const bool is_it = index == failure.index;
  fails_ = is_it ||
           (failure.for_ever && fails_alike(state.calls[failure.index].name, name, failure.error));
  if (fails_) errno = failure.error;
}

Process& current() noexcept {
  return *find(local.self);
}

Process* find(pid_t pid) noexcept {
  for (int i = 0; i < kernel().process_count; ++i) {
    Process& one = kernel().processes[i];
    if (one.pid == pid && one.state != Process::State::gone) return &one;
  }
  return nullptr;
}

Process& add_process(const Process& parent) noexcept {
  if (kernel().process_count == kMostProcesses) fault("PID 1 starts more than any life needs");
  Process& child = kernel().processes[kernel().process_count];
  child = Process{.pid = local.world->pid + 100 + kernel().process_count,
                  .parent = parent.pid,
                  .group = parent.group,
                  .session = parent.session,
                  .is_own = parent.pid == local.world->pid,
                  .credentials = parent.credentials};
  ++kernel().process_count;
  return child;
}

int take_pending() noexcept {
  const int signal = std::countr_zero(kernel().pending) + 1;
  const bool is_there = kernel().pending != 0;
  if (is_there) kernel().pending &= ~bit_of(signal);
  if (kernel().pending == 0) {
    std::uint64_t count = 0;
    (void)real(SYS_read, local.own_signals, &count, sizeof count);
  }
  return is_there ? signal : 0;
}

void take_blocked_signal() noexcept {
  const int signal = current().pending;
  if (signal == 0) return;
  die(current(), 128 + signal, signal);
  leave_process();
}

void stop_if_suspended() noexcept {
  if ((kernel().pending & bit_of(SIGTSTP)) == 0) return;
  kernel().pending &= ~bit_of(SIGTSTP);
  while ((kernel().pending & bit_of(SIGCONT)) == 0) {
    const auto next = next_happening();
    if (!next) fault("nobody continues PID 1");
    advance_to(*next);
  }
}

int program_at(std::string_view path) noexcept {
  const auto& programs = local.world->programs;
  for (std::size_t i = 0; i < programs.size(); ++i) {
    if (programs[i].path == path) return static_cast<int>(i);
  }
  return -1;
}

void begin_program(Process& process, int program) noexcept {
  process.program = program;
  process.state = Process::State::running;
  process.executed_as = process.credentials;
  const Program& does = *program_of(process);
  if (does.lives != kForever) {
    process.ends_at = kernel().now + nanoseconds(does.lives);
    process.end_code = does.code;
  }
  if (does.leaves.empty()) return;
  Process& child = add_process(process);
  begin_program(child, program_at(does.leaves));
}

void die(Process& process, int code, int signal) noexcept {
  if (!process.is_alive()) return;
  const Program* const program = program_of(process);
  if (program != nullptr && process.output >= 0 && is_init()) {
    const std::string& words = program->last_words;
    (void)real(SYS_write, process.output, words.data(), words.size());
  }
  process.state = Process::State::zombie;
  process.ends_at = -1;
  process.end_code = code;
  process.end_signal = signal;
  for (int i = 0; i < kernel().process_count; ++i) {
    Process& one = kernel().processes[i];
    if (one.parent != process.pid || one.state == Process::State::gone) continue;
    one.parent = local.world->pid;
    if (!one.is_alive()) signal_init(SIGCHLD, one.pid);
  }
  tell_parent(process);
}

void signal_process(Process& process, int signal, pid_t sender) noexcept {
  if (process.pid == local.world->pid) return signal_init(signal, sender);
  if (!process.is_alive()) return;
  const Program* const program = program_of(process);
  if (signal == SIGKILL) {
    if (program == nullptr || !program->survives_kill) die(process, 128 + SIGKILL, SIGKILL);
    return;
  }
  if (signal == SIGCONT) return go_on(process);
  if (is_stop(signal)) return stop(process, signal);
  if (signal == 0 || signal == SIGCHLD || signal == SIGWINCH || signal == SIGURG) return;
  if (process.state == Process::State::starting) {  // it blocks all
    process.pending = signal;
    return;
  }
  if (process.state == Process::State::stopped) {
    process.pending = signal;
  } else {
    take_signal(process, signal);
  }
}

void close_outputs_of_dead() noexcept {
  for (int i = 0; i < kernel().process_count; ++i) {
    Process& one = kernel().processes[i];
    if (!one.is_alive() && one.output >= 0) (void)real(SYS_close, std::exchange(one.output, -1));
  }
}

std::optional<std::int64_t> next_happening() noexcept {
  std::optional<std::int64_t> first;
  const auto& events = local.world->events;
  if (local.next_event < events.size()) {
    first = kernel().began + nanoseconds(events[local.next_event].at);
  }
  if (local.held_count > 0) {
    first = std::min(first.value_or(local.held[0].until), local.held[0].until);
  }
  for (int i = 0; i < kernel().process_count; ++i) {
    const Process& one = kernel().processes[i];
    if (one.state != Process::State::running || one.ends_at < 0) continue;
    first = std::min(first.value_or(one.ends_at), one.ends_at);
  }
  return first;
}

void advance_to(std::int64_t time) noexcept {
  kernel().now = std::max(kernel().now, time);
  if (kernel().now - kernel().began > nanoseconds(local.world->ends_by)) {
    fault("PID 1 still runs when it should have ended");
  }
  for (int i = 0; i < kernel().process_count; ++i) {
    Process& one = kernel().processes[i];
    const bool is_due = one.ends_at >= 0 && one.ends_at <= kernel().now;
    if (one.state == Process::State::running && is_due) die(one, one.end_code, one.end_signal);
  }
  run_held_children();
  const auto& events = local.world->events;
  while (local.next_event < events.size() &&
         kernel().began + nanoseconds(events[local.next_event].at) <= kernel().now) {
    events[local.next_event++].happens();
  }
  close_outputs_of_dead();
}

void give_up_waiting() noexcept {
  if (std::exchange(kernel().was_stopped, true)) {
    fault("PID 1 waits, and nothing will ever happen");
  }
  signal_init(SIGTERM, 0);
}

void settle() noexcept {
  Process& self = current();
  self.state = Process::State::running;
  for (int i = 0; i < kernel().process_count; ++i) {
    const Process& one = kernel().processes[i];
    if (one.parent == self.pid && one.is_alive()) self.follows = one.pid;
  }
  leave_process();
}

void leave_process() noexcept {
  for (;;) (void)real(SYS_exit_group, 0);
}

void fault(std::string_view what) noexcept {
  const std::size_t size = std::min(what.size(), sizeof kernel().fault - 1);
  std::memcpy(kernel().fault, what.data(), size);
  kernel().fault[size] = '\0';
  leave_process();
}

}  // namespace seam
