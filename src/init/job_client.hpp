// init/job_client.hpp - how `pintle job` asks PID 1 for a run, and sees what the job writes.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "init/job_reply.hpp"

namespace pintle::init {

/// Called with what the job writes: to its standard error or, otherwise, output.
using Show = std::function<void(bool is_error, std::string_view text)>;

/// Asks PID 1, whose status said `name`, to run the job `id`, and waits until it has ended, however
/// long that takes. Errors: PID 1 takes no requests, or cannot be reached.
Result<JobReply> run_job_now(const std::string& name, const std::string& id, const Show& show);

}  // namespace pintle::init
