// control/job_client.hpp - how `pintle job` asks PID 1 for a run, and sees what the job writes.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "control/job_reply.hpp"
#include "control/status.hpp"

namespace pintle::control {

/// What becomes of what happens while the job runs.
struct JobViewer {
  std::function<void(bool is_error, std::string_view text)>
      show;                         ///< what it writes to either output
  std::function<void()> cut;        ///< not all of that was shown, as it was not read in time
  std::function<bool()> is_served;  ///< asked now and then: does PID 1 still answer?
};

/// Asks the pintle that `status` is of to run the job `id`, and waits until it has ended, however
/// long that takes; that it is begun has a limit. Errors: it takes no requests, cannot be reached,
/// does not take this one in time, or answers no more.
Result<JobReply> run_job_now(const Status& status, const std::string& id, const JobViewer& viewer);

}  // namespace pintle::control
