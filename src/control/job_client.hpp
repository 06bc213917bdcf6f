// control/job_client.hpp - how `pintle job` asks PID 1 for a run and gets the job's output.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "control/job_reply.hpp"
#include "control/status.hpp"

namespace pintle::control {

/// What run_job_now() calls while the job runs.
struct JobViewer {
  std::function<void(bool is_error, std::string_view text)>
      show;                         ///< the job wrote `text` to its output or standard error
  std::function<void()> cut;        ///< a part of the output is missing: it was not read in time
  std::function<bool()> is_served;  ///< called regularly: does PID 1 still reply?
};

/// Asks the pintle of `status` to run the job `id` and waits until the job has ended. The wait has
/// no limit, except for the acceptance of the request. Errors: the pintle accepts no requests,
/// cannot be reached, does not accept this one in time, or does not reply any more.
Result<JobReply> run_job_now(const Status& status, const std::string& id, const JobViewer& viewer);

}  // namespace pintle::control
