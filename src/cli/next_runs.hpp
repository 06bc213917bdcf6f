// cli/next_runs.hpp - the times at which jobs will run, for `pintle plan --next`.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/config_file.hpp"
#include "schedule/zone.hpp"

namespace pintle::cli {

/// "2026-03-29T00:30:00Z", or without seconds, with an offset instead of Z, or a date alone, which
/// is its midnight in UTC. nullopt if it is none, or not from 1970 to 2199.
std::optional<schedule::WallTime> parse_time(std::string_view text) noexcept;

class NextRuns {
 public:
  /// Reads the config once more, with the container's environment as a start would, since schedules
  /// may have variables. Errors: those of load_config().
  static Result<NextRuns> of(const std::optional<std::string>& file, std::size_t count,
                             schedule::WallTime from);

  /// The next `count` times of the job with this id, RFC 3339, as clocks in its zone show them:
  /// after `from`, at which main starts; a job that runs at the start has that time first. Null if
  /// the schedule has a variable without a value.
  nlohmann::ordered_json json(const std::string& id) const;

  schedule::WallTime from() const noexcept { return from_; }

 private:
  NextRuns(Loaded loaded, std::size_t count, schedule::WallTime from)
      : loaded_(std::move(loaded)), count_(count), from_(from) {}

  Loaded loaded_;
  std::size_t count_;
  schedule::WallTime from_;
};

}  // namespace pintle::cli
