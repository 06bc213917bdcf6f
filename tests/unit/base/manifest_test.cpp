#include "base/manifest.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pintle;

namespace {

const std::string kDigest = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";

std::string problem_of(const std::string& line) {
  return parse_manifest_line(line).problem;
}

}  // namespace

TEST_SUITE("base/manifest") {
  TEST_CASE("a line has the form that sha256sum(1) gives it") {
    CHECK(manifest_line(kDigest, "./a b") == kDigest + "  ./a b\n");
    CHECK(manifest_line(kDigest, "a\nb") == "\\" + kDigest + "  a\\nb\n");
    CHECK(manifest_line(kDigest, "c\\d\r") == "\\" + kDigest + "  c\\\\d\\r\n");
  }

  TEST_CASE("what is written is read as the same name") {
    for (const std::string name :
         {"a", " a ", "*a", "a\nb", "\\n", "a\\\\b\r\n", "\xff\x01", "\\"}) {
      CAPTURE(name);
      std::string line = manifest_line(kDigest, name);
      line.pop_back();
      const ManifestLine read = parse_manifest_line(line);
      CHECK(read.problem == "");
      CHECK(read.name == name);
      CHECK(read.digest == kDigest);
    }
  }

  TEST_CASE("the form for binary files and digits of both cases are accepted") {
    CHECK(parse_manifest_line(kDigest + " *a").name == "a");
    const ManifestLine read = parse_manifest_line(
        "CA978112CA1BBDCAFAC231B39A23DC4DA786EFF8147C4E72B9"
        "807785AFEE48BB  a");
    CHECK(read.problem == "");
    CHECK(read.digest == kDigest);
    CHECK(parse_manifest_line(kDigest + "  a\\b").name == "a\\b");
  }

  TEST_CASE("any other line is a problem, which says what is missing") {
    CHECK(problem_of("") == "it is empty");
    CHECK(problem_of(kDigest + "  a\r") == "it ends with a carriage return; end lines with \\n");
    CHECK(problem_of(kDigest + "  a" + std::string(1, '\0')) == "there is a NUL byte in it");
    CHECK(problem_of("SHA256 (a) = " + kDigest) ==
          "it does not begin with the 64 digits of a SHA-256 digest");
    CHECK(problem_of(kDigest.substr(1) + "  a") != "");
    CHECK(problem_of("\\") != "");
    CHECK(problem_of(kDigest) ==
          "two spaces, or a space and '*', must follow the 64 digits of the digest");
    CHECK(problem_of(kDigest + "a  b") != "");
    CHECK(problem_of(kDigest + " a") != "");
    CHECK(problem_of(kDigest + "  ") == "the name of the file is missing");
    CHECK(problem_of("\\" + kDigest + "  a\\b") ==
          "a backslash in the name is followed by neither 'n', 'r' nor '\\'");
    CHECK(problem_of("\\" + kDigest + "  a\\") != "");
  }

  TEST_CASE("a comment begins with a number sign") {
    CHECK(is_manifest_comment("# made by us"));
    CHECK_FALSE(is_manifest_comment(" #"));
    CHECK_FALSE(is_manifest_comment(""));
  }
}
