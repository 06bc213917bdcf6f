#include "fetch/manifest.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "../folder.hpp"
#include "base/manifest.hpp"
#include "fetch/verify.hpp"

using namespace pintle;
using namespace pintle::fetch;

namespace {

const std::string kOfA = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";

/// 40 files with the content "a", and a manifest of them with one more line at the end.
class Tree : public Folder {
 public:
  explicit Tree(const std::string& last = "") {
    make("lib");
    for (int number = 0; number < kFiles; ++number) {
      const std::string name = "lib/" + std::to_string(number);
      write(name, "a");
      content_ += manifest_line(kOfA, "./" + name);
    }
    write("manifest", content_ + last);
  }

  std::string verified(const std::vector<std::string>& files = {}) const {
    const auto result = verify_manifest(*this / "manifest", files, Signature::none);
    if (result) return result->substr(0, result->find('\''));
    CHECK(is_unverified(result.error()));
    std::string message = result.error().message();
    for (std::size_t at = 0; (at = message.find(path())) != std::string::npos;) {
      message.replace(at, path().size(), "F");
    }
    return message;
  }

  static constexpr int kFiles = 40;

 private:
  std::string content_{};
};

std::string problem_with(const std::string& last) {
  return Tree(last).verified();
}

}  // namespace

TEST_SUITE("fetch/manifest") {
  TEST_CASE("every file is verified") {
    CHECK(Tree().verified() == "verified 40 files of ");
    const Tree tree(manifest_line(kOfA, "/no/such/file"));
    CHECK(tree.verified() ==
          "F/manifest:41: cannot open '/no/such/file': No such file or directory");
  }

  TEST_CASE("the first file in the order of the manifest that differs is named") {
    for (const int first : {0, 7, 38}) {
      CAPTURE(first);
      const Tree tree;
      for (const int number : {first, first + 1, 39}) {
        tree.write("lib/" + std::to_string(number), "b");
      }
      CHECK(tree.verified() ==
            "F/manifest:" + std::to_string(first + 1) + ": cannot accept 'F/lib/" +
                std::to_string(first) +
                "': its SHA-256 digest is "
                "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d");
    }
  }

  TEST_CASE("what is missing, a link or no regular file is not accepted") {
    const Tree tree;
    REQUIRE(::unlink((tree / "lib/3").c_str()) == 0);
    CHECK(tree.verified() == "F/manifest:4: cannot open 'F/lib/3': No such file or directory");
    REQUIRE(::symlink("4", (tree / "lib/3").c_str()) == 0);
    CHECK(tree.verified() == "F/manifest:4: cannot read 'F/lib/3': it is a symbolic link");
    REQUIRE(::unlink((tree / "lib/3").c_str()) == 0);
    REQUIRE(::mkfifo((tree / "lib/3").c_str(), 0600) == 0);
    CHECK(tree.verified() == "F/manifest:4: cannot read 'F/lib/3': it is not a regular file");
    REQUIRE(::rename((tree / "lib").c_str(), (tree / "real").c_str()) == 0);
    REQUIRE(::symlink("real", (tree / "lib").c_str()) == 0);
    CHECK(tree.verified() ==
          "F/manifest:1: cannot open 'F/lib/0': there is a symbolic link in this path");
  }

  TEST_CASE("a line that is not valid is named, after the files before it") {
    CHECK(problem_with("x\n") ==
          "F/manifest:41: it does not begin with the 64 digits of a SHA-256 digest");
    const Tree tree("x\n");
    tree.write("lib/39", "b");
    CHECK(tree.verified().starts_with("F/manifest:40: cannot accept 'F/lib/39'"));
  }

  TEST_CASE("a manifest that is missing, a link, or empty proves nothing") {
    const Tree tree;
    REQUIRE(::rename((tree / "manifest").c_str(), (tree / "m").c_str()) == 0);
    CHECK(tree.verified() == "cannot open 'F/manifest': No such file or directory");
    REQUIRE(::symlink("m", (tree / "manifest").c_str()) == 0);
    CHECK(tree.verified() == "cannot read 'F/manifest': it is a symbolic link");
    REQUIRE(::unlink((tree / "manifest").c_str()) == 0);
    tree.write("manifest", "");
    CHECK(tree.verified() == "cannot use the manifest 'F/manifest': it names no file");
  }

  TEST_CASE("files that are named are verified alone, and must be in the manifest") {
    const Tree tree;
    tree.write("lib/1", "b");
    tree.write("other", "a");
    CHECK(tree.verified({tree / "lib/0", tree / "lib/../lib//2"}) == "verified 2 files of ");
    CHECK(
        tree.verified({tree / "lib/0", tree / "lib/1"}).starts_with("F/manifest:2: cannot accept"));
    CHECK(tree.verified({tree / "lib/0", tree / "other"}) ==
          "'F/other' is not named in 'F/manifest'");
  }
}
