// The state of a machine: what a kernel knows of its processes. It is in memory that all real
// processes of a machine share.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "fake_system.hpp"

/// The symbol that a call has where files are larger than 2 GiB: glibc has a second one.
#ifdef __GLIBC__
#define SEAM_WIDE(name) name "64"
#else
#define SEAM_WIDE(name) name
#endif

namespace seam {

inline constexpr int kMostProcesses = 256;
inline constexpr int kMostCalls = 16384;

struct Process {
  enum class State : std::uint8_t { starting, running, stopped, zombie, gone };
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  State state = State::starting;
  int program = -1;           ///< in World::programs; below zero: it executed none
  bool is_own = false;        ///< PID 1 started it
  pid_t follows = 0;          ///< a child that it waits for, to end as that does
  int output = -1;            ///< its standard output, in PID 1's real process
  int inherited = 0;          ///< see Started
  std::int64_t ends_at = -1;  ///< below zero: not by itself
  int end_code = 0;
  int end_signal = 0;
  int stopped_by = 0;  ///< not told yet
  int pending = 0;     ///< what it gets when it goes on
  Credentials credentials{};
  Credentials executed_as{};

  bool is_alive() const noexcept { return state < State::zombie; }
};

struct Kernel {
  std::int64_t now = 0;  ///< nanoseconds since boot
  std::int64_t began = 0;
  int process_count = 0;
  Process processes[kMostProcesses];
  int call_count = 0;
  CallRecord calls[kMostCalls];
  Failure failure{};
  int wait_error = 0;         ///< of a wait that is to end now, and fail
  bool was_stopped = false;   ///< by a SIGTERM when nothing else would have happened
  std::uint64_t pending = 0;  ///< PID 1's signals: bit N - 1 is number N
  pid_t senders[64] = {};     ///< of these
  pid_t foreground = 0;       ///< the terminal's process group; 0: there is no terminal
  pid_t speaker_pid = 0;
  uid_t speaker_uid = 0;
  long allocations = 0;
  int code = 0;
  int note_size = 0;
  char notes[16384];
  char reason[1024];
  char fault[1024];
};

/// A real child that has not begun yet.
struct HeldChild {
  pid_t pid = 0;
  pid_t running = 0;  ///< its number outside of the machine; stopped
  std::int64_t until = 0;
};

/// What is known in one real process of a machine.
struct Local {
  const World* world = nullptr;
  Kernel* kernel = nullptr;
  bool is_simulating = false;
  pid_t self = 0;
  int signals = -1;         ///< PID 1's signalfd: an eventfd that is ready while some are pending
  int own_signals = -1;     ///< the same, hidden from pintle
  int outputs_reader = -1;  ///< the standard outputs of new programs
  int outputs_writer = -1;
  std::size_t next_event = 0;
  int held_count = 0;
  HeldChild held[64];  ///< of PID 1's, in the order of its forks
};
extern Local local;

inline Kernel& kernel() noexcept {
  return *local.kernel;
}
inline bool is_init() noexcept {
  return local.self == local.world->pid;
}

/// A call of pintle's. As long as it lives nothing is simulated, so the simulation can use whatever
/// it needs.
class Call {
 public:
  /// `site` is where pintle's code calls, as far as a default argument can tell.
  explicit Call(const char* name, const void* site = __builtin_return_address(0)) noexcept;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() { local.is_simulating = is_simulated_; }

  /// False while no machine runs: the function does what it always does.
  bool is_simulated() const noexcept { return is_simulated_; }
  /// True if it is to fail; errno says how.
  bool fails() const noexcept { return fails_ && errno != kOnlySays; }
  /// True if it is to do nothing, and to say that it did.
  bool lies() const noexcept { return fails_ && errno == kOnlySays; }

 private:
  bool is_simulated_;
  bool fails_ = false;
};

/// Whether a want of what makes `first` fail for ever lets `later` fail as well.
bool fails_alike(std::string_view first, std::string_view later, int error) noexcept;

// --- processes -----------------------------------------------------------------------------------

Process& current() noexcept;
/// nullptr if there is none, or it was collected.
Process* find(pid_t pid) noexcept;
Process& add_process(const Process& parent) noexcept;
/// From `starting` to `running`: it has executed the program.
void begin_program(Process& process, int program) noexcept;
void die(Process& process, int code, int signal) noexcept;
void signal_process(Process& process, int signal, pid_t sender) noexcept;
/// Standard outputs end with the processes that had them.
void close_outputs_of_dead() noexcept;
/// The index in World::programs; below zero: there is none.
int program_at(std::string_view path) noexcept;

/// Lets a child of PID 1 run until it is a simulated process.
void run_child(pid_t running) noexcept;
/// Takes a pending signal of PID 1's; 0: there is none.
int take_pending() noexcept;
/// A real child has unblocked all signals: what it got meanwhile ends it.
void take_blocked_signal() noexcept;
/// SIGTSTP is not blocked any more: PID 1 stops, if it has one, until it is continued.
void stop_if_suspended() noexcept;

// --- time ----------------------------------------------------------------------------------------

/// When something happens next without PID 1.
std::optional<std::int64_t> next_happening() noexcept;
/// Moves the clock there, and lets happen what is due. Of PID 1's real process only.
void advance_to(std::int64_t time) noexcept;

/// PID 1 waits, and nothing will happen: somebody who sees that stops the container. Once.
void give_up_waiting() noexcept;

/// A real child can wait for nothing: from here on it is a simulated process.
[[noreturn]] void settle() noexcept;
[[noreturn]] void leave_process() noexcept;
/// Ends the machine: this must not happen.
[[noreturn]] void fault(std::string_view what) noexcept;

}  // namespace seam
