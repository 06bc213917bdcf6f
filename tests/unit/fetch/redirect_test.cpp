#include "fetch/redirect.hpp"

#include <doctest/doctest.h>

using namespace pintle;
using namespace pintle::fetch;

namespace {

config::HttpUrl url(std::string_view text) {
  auto parsed = config::parse_web_url(text);
  REQUIRE(parsed);
  return *parsed;
}

std::string where(std::string_view from, std::string_view location) {
  const auto to = redirected(url(from), location);
  if (!to) return to.error().message();
  return std::string(to->is_secure ? "https://" : "http://") + to->host_header + to->target;
}

}  // namespace

TEST_SUITE("fetch/redirect") {
  TEST_CASE("a location is read relative to what was asked for") {
    struct Row {
      const char* location;
      const char* to;
    };
    const Row rows[] = {
        {"https://other.org/x?y", "https://other.org/x?y"},
        {"HTTPS://other.org/x", "https://other.org/x"},
        {"//other.org:8443/x", "https://other.org:8443/x"},
        {"/x", "https://a.org:444/x"},
        {"x?z#part", "https://a.org:444/b/x?z"},
        {"?z", "https://a.org:444/b/c?z"},
        {"x:/y",
         "cannot follow the redirection of 'https://a.org:444/b/c': \"x://y/\": write "
         "https://HOST/PATH"},
        {"./x/http://y", "https://a.org:444/b/x/http://y"},
        {"/a b.zip", "https://a.org:444/a%20b.zip"},
        {"/a b?c d#e f", "https://a.org:444/a%20b?c+d"},
        {"https://other.org/x\"y z", "https://other.org/x\"y%20z"},
        {"https://other org/x",
         "cannot follow the redirection of 'https://a.org:444/b/c': its Location is not a URL"},
    };
    for (const Row& row : rows) {
      CAPTURE(std::string(row.location));
      CHECK(where("https://a.org:444/b/c?q=r", row.location) == std::string(row.to));
    }
    CHECK(where("http://a.org", "x") == "http://a.org/x");
    CHECK(where("http://a.org/b", "https://a.org/b") == "https://a.org/b");
  }

  TEST_CASE("none leads from https to http, to another protocol, or nowhere") {
    for (const char* location : {"http://a.org/", "http://a.org:443/", "ftp://a.org/", "file:///x",
                                 "", "#part", "https://u:p@a.org/", "https://a b.org/"}) {
      CAPTURE(location);
      CHECK_FALSE(redirected(url("https://a.org/"), location));
    }
    CHECK(where("https://a.org/", "https://u:s3cret@a.org/").find("s3cret") == std::string::npos);
    CHECK(where("https://a.org/?secret", "http://b.org/x?s3cret") ==
          "cannot follow the redirection of 'https://a.org/': it would leave https for "
          "http://b.org/x");
  }

  TEST_CASE("another scheme, host or port does not learn who asks") {
    Order order;
    order.url = url("https://a.org/b");
    order.headers = {{"Authorization", "Bearer x"},
                     {"cookie", "a"},
                     {"X-Api-Key", "k"},
                     {"accept", "text/plain"},
                     {"User-Agent", "me"}};
    order.tls = {"/ca", "/certificate", "/key"};
    order.netrc = "/netrc";
    order.netrc_content = "default login me";
    order.aws = Aws{"eu-west-1", "s3", "me", "s3cret"};
    const Headers harmless{{"accept", "text/plain"}, {"User-Agent", "me"}};
    for (const char* to : {"https://a.org/c", "https://A.org:443/c"}) {
      CAPTURE(to);
      const Order next = redirected_to(url(to), order);
      CHECK(next.url.target == "/c");
      CHECK(next.headers == order.headers);
      CHECK(next.aws);
      CHECK(next.netrc == "/netrc");
      CHECK(next.tls.certificate == "/certificate");
    }
    for (const char* to :
         {"https://b.org/", "https://a.org:444/", "https://sub.a.org/", "http://a.org:443/"}) {
      CAPTURE(to);
      const Order next = redirected_to(url(to), order);
      CHECK(next.headers == harmless);
      CHECK_FALSE(next.aws);
      CHECK(next.netrc.empty());
      CHECK(next.netrc_content.empty());
      CHECK(next.tls.certificate.empty());
      CHECK(next.tls.key.empty());
      CHECK(next.tls.ca == "/ca");
    }
  }

  TEST_CASE("only these statuses name another place") {
    for (const int status : {301, 302, 303, 307, 308}) CHECK(is_redirection(status));
    for (const int status : {200, 300, 304, 305, 404}) CHECK_FALSE(is_redirection(status));
  }
}
