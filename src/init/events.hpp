// init/events.hpp - what the supervisor is told and what it asks for. Plain values without
// allocation: a child's death is read from the kernel once and must not be lost for want of memory.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

#include "base/clock.hpp"
#include "hooks/health.hpp"
#include "sys/report.hpp"

namespace pintle::init {

struct Hook;

// --- events ----------------------------------------------------------------------------------

struct Signalled {
  int number;
};
/// The child exists; whether its program could be executed is known when it ends.
struct ChildStarted {
  Hook* hook;
  pid_t pid;
};
struct ChildNotStarted {
  Hook* hook;
};
struct StartFailure {
  sys::StartStep step;
  int code;  ///< errno
};
struct ChildGone {
  pid_t pid;
  int code;    ///< 0-255, or 128 + signal
  int signal;  ///< what killed it, 0 if nothing did
  std::optional<StartFailure> failure{};
  bool was_skipped = false;  ///< its condition did not hold, so nothing was done
};
/// Every dead child has been collected.
struct AllReaped {
  bool has_children;
};
struct MainStopped {
  int signal;  ///< SIGSTOP, or what a terminal sends: SIGTSTP, SIGTTIN, SIGTTOU
};
/// Main asks for more time to stop.
struct GraceExtended {
  Duration time;
};
/// Somebody asks for the check's next run now.
struct CheckHurried {
  Hook* hook;
};
/// Somebody asks for a run of the job now, and wants to know how it ends.
struct JobAsked {
  Hook* hook;
  int ticket;  ///< not 0; of the Answer
};
/// What main says of itself has changed.
struct MainSpoke {
  hooks::MainSays says;
};
/// The wall clock is so far ahead of the boot clock; told before the first child is started.
struct ClockChanged {
  WallOffset offset;
};

using Event =
    std::variant<Signalled, ChildStarted, ChildNotStarted, ChildGone, AllReaped, MainStopped,
                 GraceExtended, CheckHurried, JobAsked, MainSpoke, ClockChanged>;

// --- actions ---------------------------------------------------------------------------------

struct Spawn {
  Hook* hook;
  bool asks_condition = false;  ///< the child is to look at the hook's condition first
  int ticket = 0;               ///< of who asked for it, and wants to see what it writes
};
/// Send `number` to the process of `hook`, or to its whole group.
struct Kill {
  Hook* hook;
  pid_t pid;  ///< below zero: the process group
  int number;
};
/// Send `number` to everything that is left in the container.
struct KillAll {
  int number;
};
/// Init is over and main has been forked: PID 1 gives up what it no longer needs.
struct Settle {};
/// Not PID 1, and main was stopped: where there is a terminal, stop as well until we are continued.
struct Suspend {
  pid_t main;
  int signal;  ///< what stopped it
};
/// PID 1, and main was stopped by its terminal: it goes on.
struct Resume {
  pid_t main;
  bool needs_terminal;  ///< it was stopped for not being in the foreground
};

enum class News : std::uint8_t {
  step_started,
  step_done,
  step_failed,
  step_skipped,
  step_false,
  step_went_on,
  step_fell_back,
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
  leftovers_killed,
};

/// Something that people and machines are told.
struct Tell {
  News news;
  Hook* hook = nullptr;  ///< nullptr: it is about pintle or main
  int code = 0;  ///< exit code, the signal number of `stopping`, or why a step is skipped: a Skip
  Duration time{};
  bool timed_out = false;
  Duration wait{};  ///< of `hook_retried`: until the next attempt
};

/// Why a step is skipped.
enum class Skip : std::uint8_t { condition, image_mode, no_time, main_gone };

/// What became of a job that somebody asked for.
struct Answer {
  enum class Result : std::uint8_t { done, failed, busy, not_running, stopping };
  int ticket;
  Result result;
  Hook* hook;
  int code = 0;  ///< of `failed`: the exit code of its last attempt
  Duration time{};
  bool fell_back = false;  ///< of `done`: by its fallback
};

enum class Reason : std::uint8_t {
  main_ended,       ///< the code is main's
  unhealthy,        ///< main was stopped because the liveness check `hook` failed
  stopped_in_init,  ///< `signal` came before main was started
  step_failed,      ///< `hook` says which
  main_not_found,   ///
  main_not_executable,
  main_not_forked,
  main_refused,  ///< its privileges could not be set
};

/// PID 1's own end.
struct Quit {
  int code;
  Reason reason;
  Hook* hook = nullptr;  ///< nullptr: it is about main
  int signal = 0;
  StartFailure failure{};  ///< of a main that could not start
};

using Action = std::variant<Spawn, Kill, KillAll, Settle, Suspend, Resume, Tell, Answer, Quit>;

}  // namespace pintle::init
