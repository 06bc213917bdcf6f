// control/job_client.hpp - how `pintle job` asks PID 1 for a run, and sees what the job writes.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "control/job_reply.hpp"

namespace pintle::control {

/// What becomes of what happens while the job runs.
struct JobViewer {
  std::function<void(bool is_error, std::string_view text)>
      show;                         ///< what it writes to either output
  std::function<void()> cut;        ///< not all of that was shown, as it was not read in time
  std::function<bool()> is_served;  ///< asked now and then: does PID 1 still answer?
};

/// Asks PID 1, whose status said `name`, to run the job `id`, and waits until it has ended, however
/// long that takes. Errors: PID 1 takes no requests, cannot be reached, or answers no more.
Result<JobReply> run_job_now(const std::string& name, const std::string& id,
                             const JobViewer& viewer);

}  // namespace pintle::control
