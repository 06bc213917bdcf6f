// `pintle digest`: the lines of a manifest, also in an image without sha256sum and a shell.
// pintle-fetch computes the digests and writes them.
#include <string>

#include "base/text.hpp"
#include "cli/apart.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"

namespace pintle::cli {
namespace {

struct DigestOptions {
  bool is_recursive = false;
  std::string output{};
};

Result<void> set_recursive(DigestOptions& out, std::string_view) {
  out.is_recursive = true;
  return {};
}

Result<void> set_output(DigestOptions& out, std::string_view value) {
  if (value.empty()) return usage_error("--output: the name of the file is empty");
  out.output = value;
  return {};
}

constexpr Option<DigestOptions> kDigestOptions[] = {
    {'r', "recursive", "", "all regular files in directories; follows no symbolic link",
     set_recursive},
    {'o', "output", "FILE",
     "write to FILE when all digests are known; in a directory it is not listed itself",
     set_output},
};

}  // namespace

std::string digest_options() {
  return help_for(texts_of(kDigestOptions));
}

int digest_command(int argc, char** argv) {
  DigestOptions options;
  const auto operands = parse_options(kDigestOptions, argc, argv, options);
  if (!operands) return fail(ExitCode::usage, operands.error().detail);
  if (operands->first >= argc) {
    return fail(ExitCode::usage, "digest needs a file, or a directory with -r");
  }
  config::Pairs values;
  if (options.is_recursive) values.emplace_back("recursive", "true");
  if (!options.output.empty()) values.emplace_back("output", options.output);
  for (int word = operands->first; word < argc; ++word) values.emplace_back("path", argv[word]);
  const auto answer = ask_apart("digest", values);
  if (!answer) return fail(ExitCode::unhealthy, one_line(answer.error().message()));
  return answer->code == 0 ? 0 : fail(ExitCode::unhealthy, one_line(answer->line));
}

}  // namespace pintle::cli
