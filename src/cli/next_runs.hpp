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

/// Parses "2026-03-29T00:30:00Z", the same without seconds or with an offset instead of Z, or a
/// date alone, which means its midnight in UTC. nullopt for anything else, and for a year before
/// 1970 or after 2199.
std::optional<schedule::WallTime> parse_time(std::string_view text) noexcept;

class NextRuns {
 public:
  /// Reads the config again with the environment of the container, as a start would: schedules may
  /// have variables. Errors: those of load_config().
  static Result<NextRuns> of(const std::optional<std::string>& file, std::size_t count,
                             schedule::WallTime from);

  /// The next `count` times of the job with this id, RFC 3339, in its time zone. They are after
  /// `from`, the assumed start of main; a job that runs at the start has that time first. Null if
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
