#include "fetch/verify.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

#include "base/fd.hpp"

using namespace pintle;
using namespace pintle::fetch;

namespace {

/// A file without a name.
class Content {
 public:
  explicit Content(std::string_view text) {
    char name[] = "/tmp/pintle-test-XXXXXX";
    file_ = Fd(::mkstemp(name));
    REQUIRE(::unlink(name) == 0);
    REQUIRE(::write(file_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  int get() const noexcept { return file_.get(); }

 private:
  Fd file_;
};

std::string searched(std::string_view text, std::vector<std::string> patterns) {
  const Content file(text);
  const auto result = verify({{}, std::move(patterns)}, file.get(), "/f");
  if (result) return "fine";
  CHECK(is_unverified(result.error()));
  return result.error().message();
}

const std::string kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

}  // namespace

TEST_SUITE("fetch/verify") {
  TEST_CASE("the digest is SHA-256") {
    CHECK(*digest_of(Content("abc").get(), "/f") == kOfAbc);
    CHECK(*digest_of(Content("").get(), "/f") ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(*digest_of(Content(std::string(1000000, 'a')).get(), "/f") ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  }

  TEST_CASE("another digest is an error, which names the digest that was found") {
    const Content file("abc");
    CHECK(verify({kOfAbc, {}}, file.get(), "/f"));
    const auto result = verify({std::string(64, '0'), {}}, file.get(), "/f");
    REQUIRE_FALSE(result);
    CHECK(is_unverified(result.error()));
    CHECK(result.error().message() == "cannot accept '/f': its SHA-256 digest is " + kOfAbc);
  }

  TEST_CASE("a line that matches is named, with the pattern") {
    CHECK(searched("one\ntwo eval(x)\n", {"exec", "eval\\("}) ==
          "cannot accept '/f': line 2 matches the prohibited pattern 'eval\\('");
    CHECK(searched("one\ntwo", {"^two$"}) ==
          "cannot accept '/f': line 2 matches the prohibited pattern '^two$'");
    CHECK(searched("one\ntwo\n", {"one.two", "three"}) == "fine");
    CHECK(searched("", {"x"}) == "fine");
    CHECK(searched("\n\n", {"^$"}) != "fine");
  }

  TEST_CASE("no byte hides what follows it") {
    using namespace std::string_view_literals;
    CHECK(searched("\0evil"sv, {"evil"}) != "fine");
    CHECK(searched("a\0b\0evil\0c"sv, {"^evil$"}) != "fine");
    CHECK(searched("\xff\xfe evil \x80", {"evil"}) != "fine");
    CHECK(searched("\xff\xfe evil \x80", {"^.. evil .$"}) != "fine");
    CHECK(searched(std::string(65530, 'x') + "evil", {"evil"}) != "fine");
    CHECK(searched(std::string(65536, '\n') + "evil", {"evil"}) ==
          "cannot accept '/f': line 65537 matches the prohibited pattern 'evil'");
  }

  TEST_CASE("a pattern that is none is an error, but not the file's") {
    const Content file("abc");
    const auto result = verify({{}, {"("}}, file.get(), "/f");
    REQUIRE_FALSE(result);
    CHECK_FALSE(is_unverified(result.error()));
  }

  TEST_CASE("a digest is read in either case, and has to be one") {
    std::string upper = kOfAbc;
    for (char& c : upper) c = static_cast<char>(::toupper(c));
    CHECK(expectation_in({"check", {{"sha256", upper}}})->sha256 == kOfAbc);
    CHECK(expectation_in({"check", {{"prohibit", "a"}, {"prohibit", "b"}}})->prohibit.size() == 2);
    CHECK_FALSE(expectation_in({"check", {{"sha256", "abc"}}}));
    CHECK_FALSE(expectation_in({"check", {{"sha256", ""}}}));
  }
}
