// control/status.hpp - the status that PID 1 sends to its clients: one message of lines with
// tab-separated fields, which `pintle health` and `pintle status` read. Pure.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "hooks/health.hpp"
#include "sys/step_down.hpp"

namespace pintle::control {

struct HookStatus {
  std::string kind;  ///< "step", "job" or "shutdown"
  std::string id;
  std::string state;  ///< "waiting", "running", "done", "failed" and others
  std::int64_t runs = 0;
  std::optional<int> last_code{};
  Duration last_time{};
  std::int64_t failures = 0;  ///< runs of a job that failed, attempts of another hook
  // Only of a job:
  std::optional<Duration> next_in{};
  std::optional<std::int64_t> next_at{};       ///< the same moment as Unix time
  std::optional<std::int64_t> succeeded_at{};  ///< end of the last successful run, Unix time
  std::optional<Duration> began_before{};      ///< time since the last run began
  std::int64_t streak = 0;                     ///< runs in a row with the last run's result
  // Of each:
  std::string proof{};  ///< how the program of the last attempt was verified; "": it was not
};

struct Status {
  hooks::Phase phase = hooks::Phase::init;
  pid_t main_pid = 0;  ///< 0: not running
  Duration main_time{};
  std::string main_proof{};  ///< how main was verified; "": it was not
  hooks::MainSays main_says = hooks::MainSays::nothing;
  std::string main_text{};  ///< STATUS= of sd_notify(3)
  std::uint64_t orphans = 0;
  std::uint64_t dropped_lines = 0;
  sys::Unlocked unlocked{};  ///< of the children after their step-down
  std::string requests{};    ///< the name of the request socket; "" if there is none
  std::vector<hooks::CheckView> checks{};
  std::vector<HookStatus> hooks{};

  // Not in the message; ask_status() adds it.
  pid_t pid = 0;                 ///< of the pintle that sent the status
  std::string silence{};         ///< why a nested pintle's status is unknown; "" if it is known
  std::vector<Status> nested{};  ///< of each pintle that descends from this one's main process
};

/// The answer of `pintle health` for the container: healthy if all its pintles say so.
hooks::Answer answer(hooks::Asked asked, const Status& status);

/// The answer for these checks, whichever pintle runs them.
hooks::Answer answer_for(std::span<const std::string> ids, const Status& status);

/// All checks, those of nested pintles last.
std::vector<hooks::CheckView> all_checks(const Status& status);

/// The status of the outermost pintle that has a hook of this kind and id; `status` itself if none
/// has.
const Status& pintle_with(std::string_view kind, std::string_view id, const Status& status);

/// The names of what the kernel did not let a child lock: "bounding set", "securebits".
std::vector<std::string> names_of(const sys::Unlocked& unlocked);

/// Encodes `status` in at most sys::kLargestMessage bytes. Checks come before hooks; hooks that do
/// not fit are omitted. If the checks do not fit, decode() refuses the message.
std::string encode(const Status& status);

/// The status that encode() wrote. Errors: the message is from another version of pintle, is
/// incomplete, or is not a status.
Result<Status> decode(std::string_view message);

}  // namespace pintle::control
