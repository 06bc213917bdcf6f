// cli/dry_run.hpp - what the hooks of a config would do to files now, for `pintle plan --dry-run`.
// It looks at the file system, as whoever asks, and changes nothing.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/config_file.hpp"
#include "init/preflight.hpp"

namespace pintle::cli {

class DryRun {
 public:
  /// Reads the config once more, with the container's environment as a start would. Errors: those
  /// of load_config().
  static Result<std::unique_ptr<DryRun>> of(const std::optional<std::string>& file);

  /// Of the hook with this id: null if there is none, or if it cannot say; else what it would do by
  /// verb,
  /// {"remove": {"files": 21, "bytes": 4711, "first": [{"path": …, "bytes": …, "age": "3d"}, …]}},
  /// of which `first` has 20 at most; or {"problem": why this cannot be known}.
  nlohmann::ordered_json json(const std::string& id) const;

 private:
  explicit DryRun(Loaded loaded, config::Environ environment, sys::Accounts accounts);

  Loaded loaded_;
  init::Preflight preflight_;
};

/// The same for people: lines without "\n" for what stands under "dryRun", "fallbackDryRun" and
/// "repairDryRun" in a hook of the plan.
std::vector<std::string> dry_run_lines(const nlohmann::ordered_json& hook);

}  // namespace pintle::cli
