// init/job.hpp - what is known of one job: when it is due, the run that is due but has not begun,
// and how the runs ended. Plain data; the supervisor decides.
#pragma once

#include <optional>
#include <vector>

#include "config/model.hpp"
#include "init/events.hpp"
#include "schedule/timer.hpp"

namespace pintle::init {

/// A run that is due and has not begun.
struct Turn {
  std::optional<Time> until{};  ///< how long it waits; unset: for ever
  int ticket = 0;               ///< of who asked for it
  bool is_replacing = false;    ///< it waits for the end of the run that it replaces, however long
};

struct Job {
  schedule::Timer timer;
  std::vector<Owner> runs{};  ///< the hook, and its copies (Hook::copy_of)
  std::optional<Turn> turn{};
  bool skip_was_told = false;  ///< since a run began last
  // For status.
  std::optional<Time> began{};  ///< the run that began last
  bool has_ended = false;       ///< one has; then:
  bool last_succeeded = false;
  int streak = 0;                   ///< runs in a row that ended like the last one
  int count = 0;                    ///< runs that were begun
  int failures = 0;                 ///< runs that ended without success
  std::optional<Time> succeeded{};  ///< when the last success ended
  int last_code = 0;                ///< 0 if its fallback succeeded
  Duration last_time{};
};

}  // namespace pintle::init
