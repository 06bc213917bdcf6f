// A machine: one process, and its children, in which the calls are simulated.
#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bitset>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <new>

#include "base/text.hpp"
#include "kernel.hpp"
#include "raw_call.hpp"

namespace seam {
namespace {

constexpr std::int64_t kBoot = 3'600'000'000'000;  // an hour before the machine starts
constexpr int kLongestRun = 20;                    // seconds of real time
constexpr int kMostOpen = 128;                     // descriptors of pintle's at a time
using Open = std::bitset<kMostOpen>;

Kernel& shared_kernel() {
  static void* const memory =
      ::mmap(nullptr, sizeof(Kernel), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  return *static_cast<Kernel*>(memory);
}

void boot(Kernel& state, const World& world, const Failure& failure) {
  state.now = state.began = kBoot;
  state.call_count = 0;
  state.failure = failure;
  state.wait_error = 0;
  state.was_stopped = false;
  state.pending = 0;
  state.foreground = world.has_terminal ? world.pid : 0;
  state.speaker_pid = 0;
  state.allocations = 0;
  state.note_size = 0;
  state.reason[0] = state.fault[0] = '\0';
  Process& init = state.processes[0];
  init = {.pid = world.pid, .group = world.pid, .session = world.pid};
  init.state = Process::State::running;
  init.credentials = world.credentials;
  state.process_count = 1;
}

Open open_descriptors() {
  Open open;
  for (int fd = 0; fd < kMostOpen; ++fd) {
    open[static_cast<std::size_t>(fd)] = real(SYS_fcntl, fd, F_GETFD, 0) >= 0;
  }
  return open;
}

/// Moved to where pintle does not see it.
int hidden(int fd) {
  const long kept = real(SYS_fcntl, fd, F_DUPFD_CLOEXEC, kOwnDescriptors);
  (void)real(SYS_close, fd);
  return static_cast<int>(kept);
}

void wire(const World& world, int log) {
  (void)::dup2(log, STDOUT_FILENO);
  (void)::dup2(log, STDERR_FILENO);
  (void)::close(log);
  (void)::signal(SIGPIPE, SIG_IGN);
  for (const int crash : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) (void)::signal(crash, SIG_DFL);
  const itimerval longest{{}, {kLongestRun, 0}};
  (void)::setitimer(ITIMER_REAL, &longest, nullptr);
  const int signals = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  int outputs[2] = {-1, -1};
  if (signals < 0 || ::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, outputs) < 0) {
    std::abort();
  }
  local = {.world = &world, .kernel = &shared_kernel(), .self = world.pid};
  local.signals = signals;
  local.own_signals = hidden(::dup(signals));
  local.outputs_reader = hidden(outputs[0]);
  local.outputs_writer = hidden(outputs[1]);
}

[[noreturn]] void live(const World& world, int log, const Body& body) {
  wire(world, log);
  const pintle::Fd signals(local.signals);
  const Open before = open_descriptors();
  const pintle::init::End end = body(signals);
  kernel().code = end.code;
  const std::size_t size = std::min(end.reason.size(), sizeof kernel().reason - 1);
  std::copy_n(end.reason.data(), size, kernel().reason);
  kernel().reason[size] = '\0';
  if ((open_descriptors() & ~before).any()) fault("PID 1 has lost a descriptor");
  leave_process();
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) lines.emplace_back(pintle::take_field(text, '\n'));
  return lines;
}

std::string content_of(int fd) {
  std::string text(static_cast<std::size_t>(::lseek(fd, 0, SEEK_END)), '\0');
  (void)!::pread(fd, text.data(), text.size(), 0);
  return text;
}

Started started(const Process& process, const World& world) {
  Started one{.pid = process.pid, .is_own = process.is_own, .credentials = process.executed_as};
  if (process.program >= 0) {
    one.program = world.programs[static_cast<std::size_t>(process.program)].path;
  }
  one.inherited = process.inherited;
  one.code = process.end_code;
  if (process.state == Process::State::zombie) one.end = Started::End::zombie;
  if (process.state == Process::State::gone) one.end = Started::End::collected;
  return one;
}

Outcome outcome_of(const Kernel& state, const World& world, int log) {
  Outcome out{.code = state.code, .reason = state.reason, .log = lines_of(content_of(log))};
  out.notes = lines_of({state.notes, static_cast<std::size_t>(state.note_size)});
  out.calls.assign(state.calls, state.calls + state.call_count);
  std::transform(state.processes + 1, state.processes + state.process_count,
                 std::back_inserter(out.started),
                 [&](const Process& one) { return started(one, world); });
  out.credentials = state.processes[0].credentials;
  out.time =
      std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(state.now - state.began));
  out.was_stuck = state.was_stopped;
  out.allocations = state.allocations;
  out.fault = state.fault;
  return out;
}

bool has(const std::vector<std::string>& lines, std::string_view part) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

/// Null when this operator new of PID 1's is the one to fail.
void* allocate(std::size_t size) noexcept {
  if (local.is_simulating && is_init()) {
    const Failure& failure = kernel().failure;
    const long number = kernel().allocations++;
    const bool is_late = failure.allocation >= 0 && number > failure.allocation;
    if (number == failure.allocation || (is_late && failure.for_ever)) return nullptr;
  }
  return std::malloc(size == 0 ? 1 : size);
}

}  // namespace

Credentials Credentials::root() {
  Credentials who;
  who.permitted = who.effective = who.bounding = kAllCapabilities;
  who.group_count = 1;
  return who;
}

Credentials Credentials::user(uid_t uid) {
  Credentials who;
  std::fill(std::begin(who.uids), std::end(who.uids), uid);
  std::fill(std::begin(who.gids), std::end(who.gids), uid);
  who.bounding = kAllCapabilities;
  who.group_count = 1;
  who.groups[0] = uid;
  return who;
}

bool Outcome::has_line(std::string_view part) const {
  return has(log, part);
}
int Outcome::call_of(std::string_view name, int number) const {
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (calls[i].name == name && number-- == 0) return static_cast<int>(i);
  }
  return -1;
}
bool Outcome::has_note(std::string_view part) const {
  return has(notes, part);
}

Outcome run_machine(const World& world, const Failure& failure, const Body& body) {
  Kernel& state = shared_kernel();
  boot(state, world, failure);
  const pintle::Fd log(::memfd_create("log", MFD_CLOEXEC));
  const pid_t machine = ::_Fork();
  if (machine == 0) live(world, log.get(), body);
  if (machine < 0) return {.fault = "no machine can be forked"};
  int status = 0;
  while (::waitpid(machine, &status, 0) < 0 && errno == EINTR) {
  }
  Outcome out = outcome_of(state, world, log.get());
  if (!WIFEXITED(status)) {
    out.fault = WTERMSIG(status) == SIGALRM ? "PID 1 hangs" : "PID 1 crashes";
  } else if (WEXITSTATUS(status) != 0) {
    out.fault = "PID 1's process ends by itself";
  }
  return out;
}

void start_simulating() noexcept {
  local.is_simulating = true;
}
void stop_simulating() noexcept {
  local.is_simulating = false;
}

pid_t pid_of(std::string_view path) {
  const int program = program_at(path);
  pid_t pid = 0;
  for (int i = 0; i < kernel().process_count; ++i) {
    const Process& one = kernel().processes[i];
    if (one.program == program && one.is_alive()) pid = one.pid;
  }
  return pid;
}

void kill_last_task() {
  for (int i = kernel().process_count - 1; i > 0; --i) {
    Process& one = kernel().processes[i];
    if (one.program < 0 && one.is_alive()) return die(one, 128 + SIGKILL, SIGKILL);
  }
}

void send_signal(pid_t target, int signal) {
  if (Process* const process = find(target)) signal_process(*process, signal, 0);
}

void write_as(pid_t writer, std::string_view text) {
  const Process* const process = find(writer);
  if (process != nullptr && process->output >= 0) {
    (void)real(SYS_write, process->output, text.data(), text.size());
  }
}

void note(const std::string& text) {
  Kernel& state = kernel();
  const std::size_t room = sizeof state.notes - static_cast<std::size_t>(state.note_size) - 1;
  const std::size_t size = std::min(room, text.size());
  std::copy_n(text.data(), size, state.notes + state.note_size);
  state.note_size += static_cast<int>(size);
  state.notes[state.note_size++] = '\n';
}

void end_waiting(int error) {
  kernel().wait_error = error;
}

void speak_as(pid_t pid, uid_t uid) {
  kernel().speaker_pid = pid;
  kernel().speaker_uid = uid;
}

}  // namespace seam

// Visible, so that a shared C++ library uses them for PID 1's strings, too.
#pragma GCC visibility push(default)
void* operator new(std::size_t size) {
  if (void* const memory = seam::allocate(size)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) {
  return ::operator new(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return seam::allocate(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return seam::allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  std::free(memory);
}
#pragma GCC visibility pop
