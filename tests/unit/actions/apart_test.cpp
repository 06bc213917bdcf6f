// The rows of what pintle-fetch does: `fetch` and `check`, and what is asked by TLS.
#include "use.hpp"

using namespace pintle;
using namespace pintle::actions;

TEST_SUITE("actions/apart") {
  TEST_CASE("a file has to prove something") {
    CHECK(contains(Use(kCheck).with("path", "/a").problem(), "\"sha256\", \"prohibit\""));
    CHECK(Use(kCheck).with("path", "/a").with("sha256", "x").problem() == "");
  }

  TEST_CASE("a manifest stands in place of a file and of what that has to prove") {
    CHECK(Use(kCheck).with("manifest", "/m").problem() == "");
    CHECK(contains(Use(kCheck).with("manifest", "/m").with("path", "/a").problem(), "exactly one"));
    CHECK(contains(Use(kCheck).with("manifest", "/m").with("sha256", "x").problem(), "\"path\""));
    CHECK(config::is_apart(Use(kCheck).with("manifest", "/m").builtin()));
  }

  TEST_CASE("a pattern is a regular expression") {
    const auto wrong_with = [](const std::string& text) { return check(kCheck, "prohibit", text); };
    CHECK(wrong_with("rm -rf /$") == "");
    CHECK(contains(wrong_with("a("), "it is not an extended regular expression: "));
    CHECK(contains(check(kFetch, "prohibit", "["), "it is not an extended"));
  }

  TEST_CASE("a digest has 64 hexadecimal digits, in either case") {
    const auto wrong_with = [](const std::string& text) { return check(kFetch, "sha256", text); };
    const std::string digest(64, 'a');
    CHECK(wrong_with(digest) == "");
    CHECK(wrong_with(std::string(32, 'A') + std::string(32, '9')) == "");
    for (const auto& wrong :
         {digest + "a", digest.substr(1), "g" + digest.substr(1), "sha256:" + digest}) {
      CAPTURE(wrong);
      CHECK(wrong_with(wrong) != "");
    }
  }

  TEST_CASE("a URL is http or https, with its credentials elsewhere") {
    const auto wrong_with = [](const std::string& text) { return check(kFetch, "url", text); };
    CHECK(wrong_with("https://files.example.org/a?b=c") == "");
    CHECK(wrong_with("http://[::1]:8080") == "");
    CHECK(wrong_with("ftp://a/") != "");
    const std::string words = wrong_with("https://me:hunter2@a/?token=s3cret");
    CHECK(contains(words, "\"username\""));
    CHECK_FALSE(contains(words, "hunter2"));
    CHECK_FALSE(contains(words, "s3cret"));
  }

  TEST_CASE("a user name and a password belong together") {
    CHECK(Use(kFetch).with("username", "a").problem() != "");
    CHECK(Use(kFetch).with("password", "a").problem() != "");
    CHECK(Use(kFetch).with("username", "a").with("password", "b").problem() == "");
  }

  TEST_CASE("only what is asked by TLS is done by pintle-fetch") {
    const auto http = [](const char* url) { return Use(kProbeHttp).with("url", url); };
    const auto grpc = [](const char* address) { return Use(kProbeGrpc).with("address", address); };
    const auto is_apart = [](const Use& use) { return config::is_apart(use.builtin()); };
    CHECK_FALSE(is_apart(http("http://localhost/")));
    CHECK_FALSE(is_apart(http("http://unix:/run/a.sock:/")));
    CHECK(is_apart(http("https://localhost/")));
    CHECK(is_apart(http("http://localhost:8443/").member("tls", "ca", "/ca.pem")));
    CHECK_FALSE(is_apart(grpc("localhost:1")));
    CHECK_FALSE(is_apart(grpc("unix:/run/a.sock")));
    CHECK(is_apart(grpc("localhost:1").member("tls", "ca", "/ca.pem")));
    CHECK_FALSE(is_apart(Use(kWait).with("http", "http://api/")));
    CHECK(is_apart(Use(kWait).with("http", "https://api/")));
    CHECK_FALSE(is_apart(Use(kWait).with("tcp", "db:5432")));
  }
}
