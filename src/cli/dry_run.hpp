// cli/dry_run.hpp - what the hooks of a config would do to files now, for `pintle plan --dry-run`.
// It reads the file system as the current user and changes nothing.
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
  /// Reads the config again with the environment of the container, as a start would. Errors: those
  /// of load_config().
  static Result<std::unique_ptr<DryRun>> of(const std::optional<std::string>& file);

  /// For the hook with this id: null if there is none, or if its action cannot say; otherwise what
  /// it would do, by verb, {"remove": {"files": 21, "bytes": 4711, "first": [{"path": …, "bytes":
  /// …, "age": "3d"}, …]}}, where `first` has at most 20 files; or {"problem": why this is not
  /// known}.
  nlohmann::ordered_json json(const std::string& id) const;

 private:
  explicit DryRun(Loaded loaded, config::Environ environment, sys::Accounts accounts);

  Loaded loaded_;
  init::Preflight preflight_;
};

/// The same as lines without line ends, from the members "dryRun", "fallbackDryRun" and
/// "repairDryRun" of a hook of the plan.
std::vector<std::string> dry_run_lines(const nlohmann::ordered_json& hook);

}  // namespace pintle::cli
