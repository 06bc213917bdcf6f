// `pintle check [FILE]`: validates a config. It needs no values of variables, so it can run while
// an image is built.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>

#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/config_file.hpp"
#include "cli/notes.hpp"
#include "config/excerpt.hpp"
#include "config/proof.hpp"
#include "sys/manifest_file.hpp"
#include "sys/terminal.hpp"

namespace pintle::cli {
namespace {

using config::Hook;
using config::Kind;
using config::Model;

std::string counted(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string summary(const Model& model) {
  std::string text;
  for (const Kind kind : {Kind::step, Kind::check, Kind::job, Kind::shutdown}) {
    const auto number = static_cast<std::size_t>(
        std::count_if(model.hooks.begin(), model.hooks.end(),
                      [&](const Hook& hook) { return hook.kind() == kind; }));
    if (kind == Kind::shutdown && number == 0) continue;
    const std::string_view name = kind == Kind::shutdown ? "shutdown step" : config::name_of(kind);
    text += fmt::format("{}{}", text.empty() ? "" : ", ", counted(number, name));
  }
  if (model.main.pauses) return text + ", no main: it pauses";
  return text + (model.main.command ? ", main" : ", main from the command line");
}

/// True if NO_COLOR is set and not empty, https://no-color.org.
bool wants_colours() {
  const char* refused = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return (refused == nullptr || *refused == '\0') &&
         (terminal == nullptr || std::string_view(terminal) != "dumb");
}

/// As log_problems(), but on a terminal with the line of the file and a caret below the place.
void show_problems(const config::Problems& problems, const std::string& file,
                   std::string_view text) {
  const auto columns = sys::columns_at(STDERR_FILENO);
  if (!columns) return log_problems(problems, file, text);
  const bool is_coloured = wants_colours();
  const char* bold = is_coloured ? "\033[1m" : "";
  const char* red = is_coloured ? "\033[1;31m" : "";
  const char* plain = is_coloured ? "\033[m" : "";
  const config::Excerpts excerpts(text, *columns);
  std::string shown;
  for (const config::Problem& problem : problems) {
    const std::string line = config::format_problem(problem, file);
    const std::size_t place = config::format_problem({problem.at, {}, {}}, file).size() - 1;
    shown +=
        fmt::format("pintle: {}{}{}{}\n", bold, line.substr(0, place), plain, line.substr(place));
    const config::Excerpt excerpt = excerpts.at(problem.at);
    if (excerpt.line.empty()) continue;
    shown += fmt::format("{}\n{}{}^{}\n", excerpt.line, excerpt.pad, red, plain);
  }
  (void)print(shown, STDERR_FILENO);
}

/// Reads the manifest of `trust` to its end. Returns a note if it is not there, as on a machine
/// that has only the config. Errors: a line is not valid; it cannot be read.
Result<std::string> check_manifest(const Model& model) {
  if (model.manifest.empty()) return std::string();
  const auto manifest = sys::ManifestFile::open(model.manifest);
  if (!manifest && manifest.error().code == ENOENT) {
    return fmt::format("{}: {}", config::kProofPointer, manifest.error().message());
  }
  if (!manifest) return manifest.error();
  sys::ManifestReader entries = manifest->entries();
  while (TRY(entries.next())) {
  }
  return std::string();
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
  std::size_t told = 0;
  const auto tell = [&told](const config::Problems& problems, const std::string& name,
                            std::string_view text) {
    told = problems.size();
    show_problems(problems, name, text);
  };
  const auto loaded = load_config(file, nullptr, tell);
  if (!loaded && told > 0) {
    return fail(ExitCode::config, unusable(*file, counted(told, "problem")));
  }
  if (!loaded) return fail(ExitCode::config, loaded.error().detail);
  const auto refused = refused_in(*loaded);
  for (const std::string& line : refused) log::error(line);
  if (!refused.empty()) {
    return fail(ExitCode::refused, unusable(*file, counted(refused.size(), "problem")));
  }
  const auto missing = check_manifest(loaded->model);
  if (!missing) return fail(ExitCode::config, one_line(missing.error().message()));
  std::string text = missing->empty() ? "" : fmt::format("note: {}\n", one_line(*missing));
  for (const std::string& note : notes_on(*loaded)) text += fmt::format("note: {}\n", note);
  text += fmt::format("{}: ok ({})\n", *file, summary(loaded->model));
  return print(text);
}

}  // namespace pintle::cli
