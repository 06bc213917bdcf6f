// `pintle schema`: prints the JSON Schema of a config for editors and CI, or the reference in
// docs/.
#include "describe/schema.hpp"

#include <fmt/format.h>

#include <string>

#include "actions/action.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "describe/reference.hpp"

namespace pintle::cli {
namespace {

struct Format {
  std::string_view name;
  std::string (*text)(std::span<const config::ActionSpec* const> actions);
};
constexpr Format kFormats[] = {
    {"json", describe::json_schema},
    {"markdown", describe::markdown_reference},
};

struct SchemaOptions {
  const Format* format = &kFormats[0];
};

Result<void> set_schema_format(SchemaOptions& out, std::string_view value) {
  for (const Format& format : kFormats) {
    if (!equal_without_case(format.name, value)) continue;
    out.format = &format;
    return {};
  }
  return usage_error(
      fmt::format("--format: \"{}\" is neither json nor markdown", one_line(value, 40)));
}

constexpr Option<SchemaOptions> kSchemaOptions[] = {
    {0, "format", "FORMAT", "json, a JSON Schema (draft 2020-12); or markdown, the reference",
     set_schema_format},
};

}  // namespace

std::string schema_options() {
  return help_for(texts_of(kSchemaOptions));
}

int schema_command(int argc, char** argv) {
  SchemaOptions options;
  const auto operands = parse_options(kSchemaOptions, argc, argv, options);
  if (!operands) return fail(ExitCode::usage, operands.error().detail);
  if (operands->first < argc) return fail(ExitCode::usage, "schema takes no arguments");
  return print(options.format->text(actions::specs()));
}

}  // namespace pintle::cli
