// Any bytes as a line of a manifest, and as a name that is written into one.
#include <string>

#include "base/manifest.hpp"
#include "fuzz.hpp"

using namespace pintle;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text(data, size);
  const ManifestLine line = parse_manifest_line(text);
  const std::string digest(64, 'a');
  if (line.problem.empty()) {
    fuzz::require(line.digest.size() == 64, "a digest has 64 digits");
    fuzz::require(!line.name.empty(), "a file has a name");
    fuzz::require(line.name.find('\0') == std::string::npos, "a name has no NUL");
  } else {
    fuzz::require(line.name.empty() && line.digest.empty(), "a bad line names no file");
  }
  if (text.empty() || text.find('\0') != std::string_view::npos) return 0;
  std::string written = manifest_line(digest, text);
  fuzz::require(written.back() == '\n' && written.find('\n') == written.size() - 1,
                "a name is written on one line");
  written.pop_back();
  const ManifestLine read = parse_manifest_line(written);
  fuzz::require(read.problem.empty() && read.name == text && read.digest == digest,
                "what is written is read as the same name");
  return 0;
}
