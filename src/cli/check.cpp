// `pintle check [FILE]`: is this config all right? Needs no value of any variable, so that it can
// run while an image is built.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/log.hpp"
#include "cli/commands.hpp"
#include "cli/config_file.hpp"
#include "cli/notes.hpp"
#include "hooks/forbidden.hpp"

namespace pintle::cli {
namespace {

using config::Hook;
using config::Kind;
using config::Model;

std::string counted(std::int64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string summary(const Model& model) {
  std::string text;
  for (const Kind kind : {Kind::step, Kind::check, Kind::job, Kind::shutdown}) {
    const auto number = std::count_if(model.hooks.begin(), model.hooks.end(),
                                      [&](const Hook& hook) { return hook.kind() == kind; });
    if (kind == Kind::shutdown && number == 0) continue;
    const std::string_view name = kind == Kind::shutdown ? "shutdown step" : config::name_of(kind);
    text += fmt::format("{}{}", text.empty() ? "" : ", ", counted(number, name));
  }
  if (model.main.pauses) return text + ", no main: it pauses";
  return text + (model.main.command ? ", main" : ", main from the command line");
}

}  // namespace

int check_command(int argc, char** argv) {
  if (argc > 2) return fail(ExitCode::usage, "check takes one file; see 'pintle help check'");
  const auto file = find_config(argc == 2 ? argv[1] : "");
  if (!file) {
    return fail(ExitCode::config, fmt::format("there is no config: {} does not exist, and neither "
                                              "FILE nor PINTLE_CONFIG names another",
                                              kStandardConfig));
  }
  const auto loaded = load_config(file, nullptr);
  if (!loaded) return fail(ExitCode::config, loaded.error().detail);
  if (loaded->image_mode == config::ImageMode::prebuilt) {
    const auto refused = hooks::refused_as_written(loaded->model);
    for (const std::string& line : refused) log::error(line);
    if (!refused.empty()) {
      return fail(ExitCode::refused, unusable(*file, refused.front(), refused.size()));
    }
  }
  std::string text;
  for (const std::string& note : notes_on(*loaded)) text += fmt::format("note: {}\n", note);
  text += fmt::format("{}: ok ({})\n", *file, summary(loaded->model));
  return print(text);
}

}  // namespace pintle::cli
