// cli/config_file.hpp - finds, reads and checks the config of a command.
#pragma once

#include <cerrno>
#include <functional>
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
  std::vector<std::string> notes{};  ///< what the image lacks, but is not needed
};

/// The container's environment.
config::Environ container_environment();

/// Called with the problems of `file`, whose content is `text`.
using TellProblems = std::function<void(const config::Problems& problems, const std::string& file,
                                        std::string_view text)>;

/// Logs one line for each problem.
void log_problems(const config::Problems& problems, const std::string& file, std::string_view text);

/// Called with the content of `file` before it is parsed. With an error, nothing of it is used.
using ProveText = std::function<Result<void>(const std::string& file, const std::string& text)>;

/// The code of the error if ProveText has returned one.
inline constexpr int kUnprovenConfig = EBADMSG;

/// Reads and checks `file` (if there is none, only IMAGE_MODE) and reads the time zones of the
/// image; `tell` gets every problem. `environment` has the values for numbers that are written with
/// variables; nullptr if they are not known. Errors: a problem; `detail` is the reason for an exit,
/// with the first problem.
Result<Loaded> load_config(const std::optional<std::string>& file,
                           const config::Environ* environment,
                           const TellProblems& tell = log_problems, const ProveText& prove = {});

/// The reason for an exit because of `problems` in `file`.
std::string unusable(const std::string& file, std::string_view problems);

/// The image mode from IMAGE_MODE and the config together: the stricter one, so the environment can
/// never loosen a config. Errors: the value is neither mode.
Result<config::ImageMode> image_mode(const char* environment,
                                     std::optional<config::ImageMode> configured);

}  // namespace pintle::cli
