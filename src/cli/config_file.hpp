// cli/config_file.hpp - finds, reads and checks the config of a command.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/expansion.hpp"
#include "config/model.hpp"
#include "hooks/plan.hpp"

namespace pintle::cli {

inline constexpr const char* kStandardConfig = "/etc/pintle/pintle.json";

/// The file to use: `given`, else $PINTLE_CONFIG, else the standard one if it exists.
std::optional<std::string> find_config(const std::string& given);

struct Loaded {
  config::Model model;
  hooks::Plan plan;
  config::ImageMode image_mode = config::ImageMode::layered;
  std::vector<std::string> notes{};  ///< of what the image lacks and can be done without
};

/// The container's environment.
config::Environ container_environment();

/// Is told what is wrong in `file`, whose text this is.
using TellProblems = void (*)(const config::Problems& problems, const std::string& file,
                              std::string_view text);

/// Each is a line of the log.
void log_problems(const config::Problems& problems, const std::string& file, std::string_view text);

/// Reads and checks `file` (without one: nothing but IMAGE_MODE), and what it takes from the image:
/// time zones; `tell` gets every problem. `environment` gives the values of numbers that
/// are written with variables; nullptr when they are not known. Errors: a problem; in `detail` the
/// reason for an exit, with the first of them.
Result<Loaded> load_config(const std::optional<std::string>& file,
                           const config::Environ* environment, TellProblems tell = log_problems);

/// The reason for an exit because of what is in `file`: `first` of `count` problems.
std::string unusable(const std::string& file, std::string_view first, std::size_t count);

/// What IMAGE_MODE and the config make of it together: the stricter one counts, so the environment
/// can tighten a config and never loosen it. Errors: a value that is neither.
Result<config::ImageMode> image_mode(const char* environment,
                                     std::optional<config::ImageMode> configured);

}  // namespace pintle::cli
