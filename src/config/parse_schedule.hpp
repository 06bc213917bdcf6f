// config/parse_schedule.hpp - reads when a job runs: `schedule` and `timezone`.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

/// `schedule`: a cron, or an object.
void read_schedule(Reader& reader, const Node& node, Schedule& out);
extern const Form kScheduleForm;

/// `timezone`.
void read_time_zone(Reader& reader, const Node& node, Schedule& out);
extern const Form kTimeZoneForm;

/// Notes a problem for each key of `node`, a job, that makes no sense with its schedule.
void check_schedule(Reader& reader, const Node& node, const Hook& hook);

}  // namespace pintle::config
