// cli/zones.hpp - reads the time zones of the jobs from the image, once, before anything runs.
#pragma once

#include <string>
#include <vector>

#include "config/model.hpp"

namespace pintle::cli {

/// Sets the zones of the cron schedules in `model`. A name without a file in /usr/share/zoneinfo of
/// the image, or with a file that is not a zone, is a problem at the name. If the image has no
/// zones at all, UTC is used, and one line about that is returned.
std::vector<std::string> load_zones(config::Model& model, config::Problems& problems);

}  // namespace pintle::cli
