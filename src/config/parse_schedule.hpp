// config/parse_schedule.hpp - reads when a job runs: `schedule` and `timezone`.
#pragma once

#include "config/parse_command.hpp"
#include "config/reader.hpp"

namespace pintle::config {

/// The rules between the keys of a job.
inline constexpr std::string_view kWhenJobsRun[] = {"schedule", "runOnStart"};
inline constexpr std::string_view kZonesNeedSchedule[] = {"timezone", "schedule"};
inline constexpr std::string_view kJitterNeedsSchedule[] = {"jitter", "schedule"};
inline constexpr Rule kJobRules[] = {{Rule::Type::needs, kArgumentsNeedCommand},
                                     {Rule::Type::at_least_one, kWhenJobsRun},
                                     {Rule::Type::needs, kZonesNeedSchedule},
                                     {Rule::Type::needs, kJitterNeedsSchedule},
                                     kVerifyRule};

/// Reads `schedule`: a cron schedule, or an object.
void read_schedule(Reader& reader, const Node& node, Schedule& out);
extern const Form kScheduleForm;
inline constexpr Slot<Schedule> kScheduleSlot{read_schedule, &kScheduleForm};

/// Reads `timezone`.
void read_time_zone(Reader& reader, const Node& node, Schedule& out);
extern const Form kTimeZoneForm;
inline constexpr Slot<Schedule> kTimeZoneSlot{read_time_zone, &kTimeZoneForm};

/// Notes a problem for each key of `node`, a job, that has no effect with its schedule.
void check_schedule(Reader& reader, const Node& node, const Hook& hook);

}  // namespace pintle::config
