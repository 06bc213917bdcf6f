#include "sys/manifest_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "../folder.hpp"
#include "base/manifest.hpp"

using namespace pintle;
using namespace pintle::sys;

namespace {

const std::string kDigest = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";

/// The names in a manifest with that content, each with a newline; then the error, without the path
/// of the manifest.
std::string names_in(const std::string& content) {
  const Folder folder;
  const auto manifest = ManifestFile::open(folder.write("m", content));
  REQUIRE(manifest);
  ManifestReader entries = manifest->entries();
  std::string names;
  for (;;) {
    const auto entry = entries.next();
    if (!entry) {
      std::string message = entry.error().message();
      const std::size_t at = message.find(manifest->path());
      return names + message.erase(at, manifest->path().size());
    }
    if (!*entry) return names;
    names += std::to_string((*entry)->line) + " " + (*entry)->name + "\n";
  }
}

}  // namespace

TEST_SUITE("sys/manifest_file") {
  TEST_CASE("every line is an entry, but a comment is not") {
    CHECK(names_in(kDigest + "  a\n#x\n" + kDigest + "  b\n") == "1 a\n3 b\n");
    CHECK(names_in(kDigest + "  a") == "1 a\n");
  }

  TEST_CASE("a manifest that is larger than what is read at once is read whole") {
    std::string content;
    std::string names;
    for (int line = 1; line <= 5000; ++line) {
      const std::string name = std::string(static_cast<std::size_t>(line % 100 + 1), 'n');
      content += manifest_line(kDigest, name);
      names += std::to_string(line) + " " + name + "\n";
    }
    CHECK(names_in(content) == names);
  }

  TEST_CASE("a line that is not valid is an error with its number") {
    CHECK(names_in(kDigest + "  a\n\n") == "1 a\n:2: it is empty");
    const std::string longest = std::string(kLongestManifestLine - 66, 'n');
    CHECK(names_in(kDigest + "  " + longest + "\n") == "1 " + longest + "\n");
    CHECK(names_in(kDigest + "  " + longest + "n\n") == ":1: the line is too long");
    CHECK(names_in(std::string(200'000, 'x')) == ":1: the line is too long");
  }

  TEST_CASE("a manifest without an entry proves nothing") {
    CHECK(names_in("") == "cannot use the manifest '': it names no file");
    CHECK(names_in("# none\n") == "cannot use the manifest '': it names no file");
  }

  TEST_CASE("relative names begin in the directory of the manifest") {
    const Folder folder;
    const auto manifest = ManifestFile::open(folder.write("m", ""));
    REQUIRE(manifest);
    CHECK(manifest->path_of("a") == folder / "a");
    CHECK(manifest->path_of("././/a") == folder / "a");
    CHECK(manifest->path_of("../a") == folder / "../a");
    CHECK(manifest->path_of("/a") == "/a");
    REQUIRE(::chdir(folder.path().c_str()) == 0);
    const auto here = ManifestFile::open("m");
    REQUIRE(::chdir("/") == 0);
    REQUIRE(here);
    CHECK(here->path_of("./a") == "a");
  }

  TEST_CASE("a manifest is not reached through a link") {
    const Folder folder;
    folder.make("real");
    folder.write("real/m", "");
    REQUIRE(::symlink("real", (folder / "link").c_str()) == 0);
    REQUIRE(::symlink("m", (folder / "real/link").c_str()) == 0);
    const auto message = [&](const char* name) {
      const auto opened = ManifestFile::open(folder / name);
      return opened ? std::string() : opened.error().detail;
    };
    CHECK(message("real/m") == "");
    CHECK(message("link/m") == "there is a symbolic link in this path");
    CHECK(message("real/link") == "it is a symbolic link");
    CHECK(message("real") == "it is not a regular file");
  }
}
