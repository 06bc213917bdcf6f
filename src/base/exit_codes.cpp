#include "base/exit_codes.hpp"

namespace pintle {
namespace {

constexpr ExitCodeRow kExitCodeRows[] = {
    {ExitCode::ok, "ok", "the command succeeded"},
    {ExitCode::unhealthy, "unhealthy",
     "'pintle health': not healthy; other commands: failed, or no reply from PID 1"},
    {ExitCode::usage, "usage", "the command line is wrong"},
    {ExitCode::internal, "internal", "pintle itself failed"},
    {ExitCode::cannot_fork, "cannot-fork", "the main process could not be forked"},
    {ExitCode::config, "config", "the configuration is wrong, or a variable it needs is missing"},
    {ExitCode::step_failed, "step-failed", "an init step failed"},
    {ExitCode::liveness, "liveness", "main was stopped because a liveness check failed"},
    {ExitCode::unproven, "unproven",
     "a file could not be verified, by or before an init step, before main, or by 'pintle verify'"},
    {ExitCode::refused, "refused", "policy or missing privileges forbid the start"},
    {ExitCode::not_executable, "not-executable", "the main command exists but cannot be executed"},
    {ExitCode::not_found, "not-found", "the main command does not exist"},
};

}  // namespace

std::span<const ExitCodeRow> exit_codes() noexcept {
  return kExitCodeRows;
}

}  // namespace pintle
