#include "cli/config_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "actions/action.hpp"
#include "base/log.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"
#include "cli/zones.hpp"
#include "config/json.hpp"
#include "config/parse.hpp"
#include "hooks/capabilities.hpp"
#include "hooks/outputs.hpp"
#include "sys/file.hpp"
#include "sys/walk.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): only some libcs declare it

namespace pintle::cli {

namespace {

bool is_missing(int code) noexcept {
  return code == ENOENT || code == ENOTDIR;
}

}  // namespace

std::optional<std::string> find_config(const std::string& given) {
  if (!given.empty()) return given;
  const char* named = std::getenv("PINTLE_CONFIG");
  if (named != nullptr && *named != '\0') return named;
  // A link that leads nowhere, or a folder that cannot be searched, is no image without a config:
  // it would be started without its steps, and as another user.
  struct stat info {};
  const bool is_absent = ::lstat(kStandardConfig, &info) < 0 && is_missing(errno);
  return is_absent ? std::nullopt : std::optional<std::string>(kStandardConfig);
}

config::Environ container_environment() {
  config::Environ container;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    container.emplace_back(*entry);
  }
  return container;
}

std::string unusable(const std::string& file, std::string_view problems) {
  return fmt::format("{} cannot be used: {}", shown_value(file), problems);
}

namespace {

Error refusal(std::string reason) {
  return {"use the config", 0, {}, std::move(reason)};
}

/// The reason does not name the file twice.
Error refusal(const std::string& file, const config::Problems& problems) {
  const std::string line = config::format_problem(problems.front(), file);
  std::string_view place = std::string_view(line).substr(one_line(file).size() + 1);
  if (place.starts_with(' ')) place.remove_prefix(1);  // it has none
  const std::size_t more = problems.size() - 1;
  const std::string others = more > 0 ? fmt::format(" (and {} more)", more) : "";
  return refusal(unusable(file, std::string(place) + others));
}

}  // namespace

namespace {

/// Root follows only links that nobody else could have put there; others open what they may open.
Result<std::string> read_config(const std::string& file) {
  return ::geteuid() == 0 ? sys::read_trusted_file(file, config::kLargestConfig)
                          : sys::read_file(file, config::kLargestConfig);
}

}  // namespace

void log_problems(const config::Problems& problems, const std::string& file, std::string_view) {
  for (const auto& problem : problems) log::error(config::format_problem(problem, file));
}

Result<Loaded> load_config(const std::optional<std::string>& file,
                           const config::Environ* environment, const TellProblems& tell,
                           const ProveText& prove) {
  config::Problems problems;
  Loaded loaded;
  std::string text;
  if (file) {
    auto read = read_config(*file);
    if (!read) return refusal(unusable(*file, read.error().message()));
    text = *std::move(read);
    if (const auto proven = prove ? prove(*file, text) : Result<void>(); !proven) {
      Error error = refusal(unusable(*file, proven.error().message()));
      error.code = kUnprovenConfig;
      return error;
    }
    loaded.model = config::parse(text, {actions::specs(), environment}, problems);
    loaded.notes = load_zones(loaded.model, problems);
  }
  const auto mode = image_mode(std::getenv("IMAGE_MODE"), loaded.model.image_mode);
  if (!mode && !problems.empty()) log::error(mode.error().message());
  if (mode) loaded.image_mode = *mode;
  if (problems.empty()) {
    hooks::check_capabilities(loaded.model, problems);
    loaded.plan = hooks::make_plan(loaded.model, loaded.image_mode, problems);
    if (problems.empty()) hooks::check_outputs(loaded.model, loaded.plan, problems);
  }
  if (!problems.empty()) {
    tell(problems, *file, text);
    return refusal(*file, problems);
  }
  if (!mode) return refusal(mode.error().message());
  return loaded;
}

Result<config::ImageMode> image_mode(const char* environment,
                                     std::optional<config::ImageMode> configured) {
  using config::ImageMode;
  const std::string_view word = environment == nullptr ? "" : environment;
  const bool is_prebuilt = equal_without_case(word, "prebuilt");
  if (is_prebuilt || word.empty() || equal_without_case(word, "layered")) {
    return is_prebuilt ? ImageMode::prebuilt : configured.value_or(ImageMode::layered);
  }
  return Error{
      "use IMAGE_MODE",
      0,
      {},
      fmt::format("\"{}\" is neither layered nor prebuilt", one_line(shown_value(word), 40))};
}

}  // namespace pintle::cli
