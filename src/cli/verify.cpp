// `pintle verify`: what `trust.manifest` of a config proves before the start, by hand.
#include <fmt/format.h>

#include <string>

#include "base/text.hpp"
#include "cli/apart.hpp"
#include "cli/commands.hpp"
#include "cli/config_file.hpp"
#include "cli/options.hpp"

namespace pintle::cli {
namespace {

struct VerifyOptions {
  std::string manifest{};
};

Result<void> set_manifest(VerifyOptions& out, std::string_view value) {
  if (value.empty()) return usage_error("--manifest: the name of the file is empty");
  out.manifest = value;
  return {};
}

constexpr Option<VerifyOptions> kVerifyOptions[] = {
    {0, "manifest", "FILE", "the manifest; default: trust.manifest of the config", set_manifest},
};

/// The manifest of the config. Errors: there is none.
Result<std::string> configured_manifest() {
  const auto file = find_config("");
  if (!file) return Error::in_words("there is no config that names a manifest; use --manifest");
  const auto loaded = load_config(file, nullptr);
  if (!loaded) return Error::in_words(loaded.error().detail);
  if (!loaded->model.manifest.empty()) return loaded->model.manifest;
  return Error::in_words(fmt::format(
      "{} names no manifest (\"trust\": {{\"manifest\": …}}); use --manifest", one_line(*file)));
}

}  // namespace

std::string verify_options() {
  return help_for(texts_of(kVerifyOptions));
}

int verify_command(int argc, char** argv) {
  VerifyOptions options;
  const auto operands = parse_options(kVerifyOptions, argc, argv, options);
  if (!operands) return fail(ExitCode::usage, operands.error().detail);
  const bool is_trusted = options.manifest.empty();
  if (is_trusted) {
    auto found = configured_manifest();
    if (!found) return fail(ExitCode::config, found.error().detail);
    options.manifest = *std::move(found);
  }
  config::Pairs values{{"manifest", options.manifest}};
  if (is_trusted) values.emplace_back("trusted", "true");
  for (int word = operands->first; word < argc; ++word) values.emplace_back("file", argv[word]);
  const auto answer = ask_apart("check", values);
  if (!answer) return fail(ExitCode::unhealthy, one_line(answer.error().message()));
  if (answer->code == 0) return print(one_line(answer->line) + "\n");
  const bool is_unproven = answer->code == static_cast<int>(ExitCode::unproven);
  return fail(is_unproven ? ExitCode::unproven : ExitCode::unhealthy, one_line(answer->line));
}

}  // namespace pintle::cli
