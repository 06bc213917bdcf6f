// cli/zones.hpp - the time zones of the jobs, from the image's zoneinfo: read once, before anything
// runs.
#pragma once

#include <string>
#include <vector>

#include "config/model.hpp"

namespace pintle::cli {

/// Gives the crons of `model` the zones that they are meant in. A name that the image's zoneinfo
/// does not have, or a file there that is no zone, is a problem at the name. In an image without
/// any UTC stands in for them: that is the line that comes back, if there is one.
std::vector<std::string> load_zones(config::Model& model, config::Problems& problems);

}  // namespace pintle::cli
