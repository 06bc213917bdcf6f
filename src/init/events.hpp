// init/events.hpp - the events that the supervisor gets and the actions that it returns. Plain
// values that need no allocation: the kernel reports a child's death only once, and it must not be
// lost for lack of memory.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

#include "base/clock.hpp"
#include "hooks/health.hpp"
#include "init/run.hpp"
#include "sys/report.hpp"

namespace pintle::init {

struct Hook;

// --- events ----------------------------------------------------------------------------------

struct Signalled {
  int number;
};
/// The child exists. Whether its program could be executed is known only when it ends.
struct ChildStarted {
  Hook* hook;
  pid_t pid;
};
struct ChildNotStarted {
  Hook* hook;
  bool is_wrong = false;  ///< a value that a step has set makes its config wrong
};
struct StartFailure {
  sys::StartStep step;
  int code;  ///< errno

  /// Its program could not be verified.
  bool is_unproven() const noexcept { return step == sys::StartStep::verify; }
};
struct ChildGone {
  pid_t pid;
  int code;    ///< 0-255, or 128 + signal
  int signal;  ///< the signal that killed it; 0: none
  std::optional<StartFailure> failure{};
  bool was_skipped = false;      ///< its condition did not hold, so it did nothing
  bool was_last = false;         ///< there was no further file for it, so it did nothing
  bool condition_holds = false;  ///< it has checked its condition
};
/// Every dead child has been collected.
struct AllReaped {
  bool has_children;
};
struct MainStopped {
  int signal;  ///< SIGSTOP, or one from a terminal: SIGTSTP, SIGTTIN, SIGTTOU
};
/// Main has asked for more time to stop: EXTEND_TIMEOUT_USEC, sd_notify(3).
struct GraceExtended {
  Duration time;
};
/// A client asks for a run of the check now.
struct CheckHurried {
  Hook* hook;
};
/// A client asks for a run of the job now, and waits for its result.
struct JobAsked {
  Hook* hook;
  int ticket;  ///< identifies the request in Answer; not 0
};
/// Main has sent a new state, sd_notify(3).
struct MainSpoke {
  hooks::MainSays says;
};
/// The offset of the wall clock from the boot clock; sent before the first child is started, and
/// when it changes.
struct ClockChanged {
  WallOffset offset;
};

using Event =
    std::variant<Signalled, ChildStarted, ChildNotStarted, ChildGone, AllReaped, MainStopped,
                 GraceExtended, CheckHurried, JobAsked, MainSpoke, ClockChanged>;

// --- actions ---------------------------------------------------------------------------------

struct Spawn {
  Hook* hook;
  Asks asks = Asks::no;
  int ticket = 0;  ///< of the client that gets a copy of the output; 0: none
};
/// Send `number` to the process of `hook`, or to its whole group.
struct Kill {
  Hook* hook;
  pid_t pid;  ///< below zero: the process group
  int number;
};
/// Send `number` to all remaining processes in the container.
struct KillAll {
  int number;
};
/// The init phase is over and main has been forked: PID 1 drops the privileges that it no longer
/// needs.
struct Settle {};
/// If pintle is not PID 1, and main was stopped by a signal: stop pintle as well until it is
/// continued, if there is a terminal.
struct Suspend {
  pid_t main;
  int signal;  ///< the signal that stopped it
};
/// If pintle is PID 1, and the terminal has stopped main: continue main.
struct Resume {
  pid_t main;
  bool needs_terminal;  ///< it was stopped because it was not in the foreground
};

enum class News : std::uint8_t {
  step_started,
  step_done,
  step_failed,
  step_skipped,
  step_false,
  step_continued,
  step_fell_back,
  step_ended,
  file_done,
  file_failed,
  file_fell_back,
  step_ended_early,
  hook_retried,
  hook_falls_back,
  fallback_failed,
  step_slow,
  check_changed,
  check_failed,
  check_terminates,
  repair_started,
  repair_done,
  repair_failed,
  job_started,
  job_done,
  job_failed,
  job_skipped,
  job_missed,
  job_not_now,
  job_replaced,
  shutdown_cut,
  hook_timed_out,
  main_started,
  main_ended,
  stopping,
  grace_over,
  outlives_kill,
  remaining_killed,
};

/// Write a log line.
struct Tell {
  News news;
  Hook* hook = nullptr;  ///< nullptr: it is about pintle or main
  int code = 0;          ///< an exit code, the signal of `stopping`, or the Skip of a skipped step
  Duration time{};
  bool timed_out = false;
  Duration wait{};  ///< only of `hook_retried`: until the next attempt
};

/// Why a step is skipped.
enum class Skip : std::uint8_t { condition, image_mode, no_time, main_gone };

/// The result of a job that a client has asked for.
struct Answer {
  enum class Result : std::uint8_t { done, failed, busy, not_running, stopping };
  int ticket;
  Result result;
  Hook* hook;
  int code = 0;  ///< only of `failed`: the exit code of the last attempt
  Duration time{};
  bool fell_back = false;  ///< only of `done`: its fallback has succeeded
};

enum class Reason : std::uint8_t {
  main_ended,       ///< the code is main's
  unhealthy,        ///< main was stopped because the liveness check `hook` failed
  stopped_in_init,  ///< `signal` came before main was started
  step_failed,      ///< `hook` is the step
  main_not_found,   ///
  main_not_executable,
  main_not_forked,
  main_wrong,    ///< a value that a step has set makes its config wrong
  main_refused,  ///< its privileges could not be set, or its file could not be verified
};

/// PID 1 exits.
struct Quit {
  int code;
  Reason reason;
  Hook* hook = nullptr;  ///< nullptr: it is about main
  int signal = 0;
  StartFailure failure{};  ///< if main could not be started
};

using Action = std::variant<Spawn, Kill, KillAll, Settle, Suspend, Resume, Tell, Answer, Quit>;

}  // namespace pintle::init
