// control/status.hpp - what PID 1 tells its clients: one message of lines with tab-separated
// fields, which `pintle health` and `pintle status` read. Pure.
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
  std::string state;  ///< "waiting", "running", "done", "failed"
  std::int64_t runs = 0;
  std::optional<int> last_code{};
  Duration last_time{};
  std::int64_t failures = 0;  ///< runs of a job that failed, attempts of another hook
  // Of a job:
  std::optional<Duration> next_in{};
  std::optional<std::int64_t> next_at{};       ///< the same as the wall clock shows it, Unix time
  std::optional<std::int64_t> succeeded_at{};  ///< the end of the last success, likewise
  std::optional<Duration> began_before{};      ///< how long ago a run began last
  std::int64_t streak = 0;                     ///< runs in a row that ended like the last one
};

struct Status {
  hooks::Phase phase = hooks::Phase::init;
  pid_t main_pid = 0;  ///< 0: not running
  Duration main_time{};
  hooks::MainSays main_says = hooks::MainSays::nothing;
  std::string main_text{};  ///< STATUS= of sd_notify(3)
  std::uint64_t orphans = 0;
  std::uint64_t dropped_lines = 0;
  sys::Unlocked unlocked{};  ///< of who has stepped down
  std::string requests{};    ///< the socket that requests go to; "" if there is none
  std::vector<hooks::CheckView> checks{};
  std::vector<HookStatus> hooks{};

  // Not in the message; ask_status() adds it.
  pid_t pid = 0;                 ///< of the one that said it
  std::string silence{};         ///< why nothing is known of a nested pintle; "" if it answered
  std::vector<Status> nested{};  ///< of each pintle that runs as main of this one, or below it
};

/// What `pintle health` says of the container: healthy if all its pintles are. Pure.
hooks::Answer answer(hooks::Asked asked, const Status& status);

/// The same for these checks, whichever pintle has them.
hooks::Answer answer_for(std::span<const std::string> ids, const Status& status);

/// All checks, those of nested pintles last.
std::vector<hooks::CheckView> all_checks(const Status& status);

/// The pintle that has a hook of that kind and id, the outermost first; `status` itself if none
/// has.
const Status& pintle_with(std::string_view kind, std::string_view id, const Status& status);

/// "bounding set", "securebits": what could not be locked.
std::vector<std::string> names_of(const sys::Unlocked& unlocked);

/// At most sys::kLargestMessage bytes: hooks that do not fit are left out, checks come first. With
/// checks that do not fit it is a message that decode() refuses.
std::string encode(const Status& status);

/// Errors: a message of another version, none of ours, or one that is not whole.
Result<Status> decode(std::string_view message);

}  // namespace pintle::control
