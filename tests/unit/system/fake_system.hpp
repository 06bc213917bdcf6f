// A fake system under the half of PID 1 that makes system calls, in which each of them can fail.
//
// Purpose. init::run() with all that it uses (src/init, src/sys, src/control) runs here as it is in
// the product, in a few hundred microseconds, with a clock that only the test moves. So a test can
// run a whole life once for each system call of it, with just that call failing.
//
// How. This program defines the functions of the C library that PID 1 calls, by their own names
// (calls_*.cpp). A definition in the program comes before the library's, with each linker that
// pintle is built with. While no machine runs, such a function makes the system call; in a machine
// it notes the call, lets it fail if it is its turn, and otherwise answers as Linux would:
// - Descriptors are real: pipes, sockets, files. Those that the simulation keeps for itself are
//   numbered from kOwnDescriptors on, and pintle can neither list nor close them.
// - Time, processes, signals, users, capabilities, limits and /proc are simulated (kernel.hpp). A
//   wait ends when a descriptor is ready, or the clock jumps to what happens next.
// - fork(2) forks for real, so the child's side of a spawn is tested as well: it runs, while PID 1
//   waits for it, until it executes a program, ends, or waits for something itself. From there on
//   it is a simulated process, which behaves as the World says. A World can let it begin late.
// A machine is a process of its own, so that a crash, or a loop without end, fails one test case.
//
// How to add a call. Define `fake_NAME` in the calls_*.cpp of its family, with asm("NAME"); begin
// it with `Call call("NAME")`, and `if (call.fails()) return -1;`. Then give NAME a row in
// errors.cpp, which says with which errno it can fail. A function with a second name in glibc
// (NAME64, __NAME_chk) needs that too.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "init/loop.hpp"

namespace seam {

using namespace std::chrono_literals;
using pintle::Duration;

inline constexpr int kOwnDescriptors = 900;
inline constexpr Duration kForever = Duration::max();

/// What a process does that has executed it.
struct Program {
  std::string path;
  Duration lives = kForever;  ///< then it exits with `code`
  int code = 0;
  enum class OnSignal : std::uint8_t { dies, exits, ignores } on_signal = OnSignal::dies;
  int signal_code = 0;         ///< of one that exits
  Duration signal_time{};      ///< from the signal to its end
  bool survives_kill = false;  ///< stuck in the kernel
  std::string writes{};        ///< to standard output, when it begins
  std::string last_words{};    ///< when it ends, however it does
  std::string leaves{};        ///< the path of a child that it starts, which goes on without it
};

/// The sets of capabilities(7) and the ids of a process.
struct Credentials {
  uid_t uids[3] = {};  ///< real, effective, saved
  gid_t gids[3] = {};
  int group_count = 0;
  gid_t groups[16] = {};
  std::uint64_t permitted = 0;
  std::uint64_t effective = 0;
  std::uint64_t inheritable = 0;
  std::uint64_t ambient = 0;
  std::uint64_t bounding = 0;
  unsigned securebits = 0;
  bool keeps_capabilities = false;
  bool no_new_privileges = false;

  static Credentials root();
  static Credentials user(uid_t uid);
};

/// The fake kernel knows the first of Linux' capabilities only, up to CAP_SETPCAP.
inline constexpr unsigned kLastCapability = 8;
inline constexpr std::uint64_t kAllCapabilities = (1U << (kLastCapability + 1)) - 1;

/// What happens in a machine besides PID 1.
struct World {
  struct Event {
    Duration at;  ///< since the start of the machine, in ascending order
    std::function<void()> happens;
  };
  /// What this kernel cannot do: the call always fails.
  struct Lack {
    std::string_view call;
    int error;
  };
  std::vector<Program> programs{};
  std::vector<Event> events{};
  std::vector<Lack> lacks{};
  Duration child_delay{};     ///< from PID 1's fork to what its child does first
  bool has_terminal = false;  ///< where pintle's process group is in the foreground at first
  pid_t pid = 1;              ///< of the process that runs init::run()
  Credentials credentials = Credentials::root();
  Duration ends_by = 300s;  ///< a life that lasts longer is a fault
};

/// In place of an errno: the call does nothing, and says that it did, as a seccomp filter can have
/// it.
inline constexpr int kOnlySays = 9999;

/// The call to fail.
struct Failure {
  int index = -1;  ///< of all calls, in the order in which they are made; below zero: none
  int error = 0;
  bool for_ever = false;  ///< as do all later ones that the same want would make fail
  long allocation = -1;   ///< or this operator new of PID 1's throws
};

struct CallRecord {
  const char* name;
  pid_t pid;
  const void* site;  ///< the address of the code that it returns to
};

/// A process of a machine, as it was when it executed its program.
struct Started {
  pid_t pid;
  bool is_own;          ///< PID 1 started it
  std::string program;  ///< "" of one that executed none
  Credentials credentials;
  int inherited = 0;  ///< descriptors from 3 on that its program got
  enum class End : std::uint8_t { alive, zombie, collected } end = End::alive;
  int code = 0;  ///< how it ended; 128 + a signal
};

struct Outcome {
  int code = 0;
  std::string reason{};
  std::vector<std::string> log{};
  std::vector<std::string> notes{};  ///< see note()
  std::vector<CallRecord> calls{};
  std::vector<Started> started{};
  Credentials credentials{};  ///< of PID 1 at the end
  Duration time{};
  bool was_stuck = false;  ///< nothing would have happened any more, so it got a SIGTERM
  long allocations = 0;
  std::string fault{};  ///< what no life may do: crash, hang, spin, lose a descriptor

  bool has_line(std::string_view part) const;
  bool has_note(std::string_view part) const;
  /// The index of a call, the `number`-th of that name; -1 if there is none.
  int call_of(std::string_view name, int number = 0) const;
};

/// Runs `body` in a machine, which begins to simulate where that says. It is given the signalfd of
/// PID 1.
using Body = std::function<pintle::init::End(const pintle::Fd& signals)>;
Outcome run_machine(const World& world, const Failure& failure, const Body& body);

void start_simulating() noexcept;
void stop_simulating() noexcept;
/// What `part` calls is simulated.
template <class Part>
auto simulate(Part part) {
  start_simulating();
  auto result = part();
  stop_simulating();
  return result;
}

// --- for what happens in a World, and in the body of a machine -----------------------------------

/// The process that executed `path` last and lives; 0: none.
pid_t pid_of(std::string_view path);
/// Ends the child of PID 1 that executed no program and was started last.
void kill_last_task();
/// From outside of the container; pid 1 is PID 1.
void send_signal(pid_t target, int signal);
/// Its standard output.
void write_as(pid_t writer, std::string_view text);
/// Something for the Outcome.
void note(const std::string& text);
/// From now on poll(2) fails, to end what would wait for ever.
void end_waiting(int error);
/// As whom the kernel says the next packets and connections come.
void speak_as(pid_t pid, uid_t uid);

}  // namespace seam
