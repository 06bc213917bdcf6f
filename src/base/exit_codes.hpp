// base/exit_codes.hpp - pintle's own exit codes, as one table: code, name, meaning. `pintle help
// exit-codes` and the documentation are generated from it. The numbers follow sysexits(3) and
// shells.
#pragma once

#include <span>
#include <string_view>

namespace pintle {

enum class ExitCode : int {
  ok = 0,
  unhealthy = 1,
  usage = 64,
  internal = 70,
  cannot_fork = 71,
  config = 78,
  step_failed = 80,
  liveness = 81,
  unproven = 82,
  refused = 83,
  not_executable = 126,
  not_found = 127,
};

struct ExitCodeRow {
  ExitCode code;
  std::string_view name;
  std::string_view meaning;
};

/// Every exit code of pintle's own, in ascending order.
std::span<const ExitCodeRow> exit_codes() noexcept;

}  // namespace pintle
