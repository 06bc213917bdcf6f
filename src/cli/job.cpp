// `pintle job ID`: a run of a maintenance job now, through PID 1, with what it writes and its
// result.
#include <fmt/format.h>
#include <unistd.h>

#include <string>

#include "base/log.hpp"
#include "cli/commands.hpp"
#include "control/job_client.hpp"
#include "control/socket.hpp"
#include "sys/process.hpp"

namespace pintle::cli {
namespace {

constexpr Duration kTimeout = std::chrono::seconds(2);

/// A closed output ends neither the job nor the wait for it.
void show(bool is_error, std::string_view text) {
  (void)print(text, is_error ? STDERR_FILENO : STDOUT_FILENO);
}

void tell_cut() {
  log::warning(
      "not all of what the job wrote was read in time: the rest is in the container's log only");
}

bool is_served() {
  return static_cast<bool>(control::ask_status(sys::mount_namespace(), kTimeout));
}

/// The job's own code comes out as it is; ours has a line that says why.
int end(const control::JobReply& reply) {
  using Kind = control::JobReply::Kind;
  switch (reply.kind) {
    case Kind::ran:
      log::write(
          {.level = reply.code == 0 ? log::Level::info : log::Level::warning, .text = reply.line});
      return reply.code;
    case Kind::unknown:
      return fail(ExitCode::usage, reply.line);
    case Kind::forbidden:
      return fail(ExitCode::refused, reply.line);
    case Kind::refused:
      break;
  }
  return fail(ExitCode::unhealthy, reply.line);
}

}  // namespace

int job_command(int argc, char** argv) {
  if (argc != 2) return fail(ExitCode::usage, "write: pintle job ID");
  const auto status = control::ask_status(sys::mount_namespace(), kTimeout);
  if (!status) return fail(ExitCode::unhealthy, status.error().message());
  const control::JobViewer viewer{show, tell_cut, is_served};
  const auto reply =
      control::run_job_now(control::pintle_with("job", argv[1], *status), argv[1], viewer);
  if (!reply) return fail(ExitCode::unhealthy, reply.error().message());
  return end(*reply);
}

}  // namespace pintle::cli
