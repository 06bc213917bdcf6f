// The rows of what pintle-fetch does: `fetch` and `check`.
#include "use.hpp"

using namespace pintle;
using namespace pintle::hooks;

namespace {

const config::ParamSpec& param(const Builtin& builtin, std::string_view name) {
  for (const auto& spec : builtin.spec.params) {
    if (spec.name == name) return spec;
  }
  FAIL(std::string(name));
  return builtin.spec.params[0];
}

}  // namespace

TEST_SUITE("hooks/apart") {
  TEST_CASE("a file has to prove something") {
    CHECK(contains(Use(kCheck).with("path", "/a").problem(), "\"sha256\", \"prohibit\""));
    CHECK(Use(kCheck).with("path", "/a").with("sha256", "x").problem() == "");
  }

  TEST_CASE("a pattern is a regular expression") {
    const auto check = param(kCheck, "prohibit").check;
    CHECK(check("rm -rf /$") == "");
    CHECK(contains(check("a("), "it is no extended regular expression: "));
    CHECK(contains(param(kFetch, "prohibit").check("["), "it is no extended"));
  }

  TEST_CASE("a digest has 64 hexadecimal digits, in either case") {
    const auto check = param(kFetch, "sha256").check;
    const std::string digest(64, 'a');
    CHECK(check(digest) == "");
    CHECK(check(std::string(32, 'A') + std::string(32, '9')) == "");
    for (const auto& wrong :
         {digest + "a", digest.substr(1), "g" + digest.substr(1), "sha256:" + digest}) {
      CAPTURE(wrong);
      CHECK(check(wrong) != "");
    }
  }

  TEST_CASE("a URL is http or https, with its credentials elsewhere") {
    const auto check = param(kFetch, "url").check;
    CHECK(check("https://files.example.org/a?b=c") == "");
    CHECK(check("http://[::1]:8080") == "");
    CHECK(check("ftp://a/") != "");
    const std::string words = check("https://me:hunter2@a/?token=s3cret");
    CHECK(contains(words, "\"username\""));
    CHECK_FALSE(contains(words, "hunter2"));
    CHECK_FALSE(contains(words, "s3cret"));
  }

  TEST_CASE("a user name and a password belong together") {
    CHECK(Use(kFetch).with("username", "a").problem() != "");
    CHECK(Use(kFetch).with("password", "a").problem() != "");
    CHECK(Use(kFetch).with("username", "a").with("password", "b").problem() == "");
  }
}
