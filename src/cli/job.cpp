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

constexpr Duration kJobTimeout = std::chrono::seconds(2);

/// If the output is closed, the job and the wait for it continue.
void show(bool is_error, std::string_view text) {
  (void)print(text, is_error ? STDERR_FILENO : STDOUT_FILENO);
}

void tell_cut() {
  log::warning("a part of the output was not read in time; it is only in the log of the container");
}

bool is_served() {
  return static_cast<bool>(control::ask_status(sys::mount_namespace(), kJobTimeout));
}

/// Returns the exit code of the job as it is. A code of pintle itself gets a line with the reason.
int end(const control::JobReply& reply) {
  using ReplyKind = control::JobReply::Kind;
  switch (reply.kind) {
    case ReplyKind::ran:
      log::write(
          {.level = reply.code == 0 ? log::Level::info : log::Level::warning, .text = reply.line});
      return reply.code;
    case ReplyKind::unknown:
      return fail(ExitCode::usage, reply.line);
    case ReplyKind::forbidden:
      return fail(ExitCode::refused, reply.line);
    case ReplyKind::refused:
      break;
  }
  return fail(ExitCode::unhealthy, reply.line);
}

}  // namespace

int job_command(int argc, char** argv) {
  if (argc != 2) return fail(ExitCode::usage, "usage: pintle job ID");
  const auto status = control::ask_status(sys::mount_namespace(), kJobTimeout);
  if (!status) return fail(ExitCode::unhealthy, status.error().message());
  const control::JobViewer viewer{show, tell_cut, is_served};
  const auto reply =
      control::run_job_now(control::pintle_with("job", argv[1], *status), argv[1], viewer);
  if (!reply) return fail(ExitCode::unhealthy, reply.error().message());
  return end(*reply);
}

}  // namespace pintle::cli
