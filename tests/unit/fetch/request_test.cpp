#include "fetch/request.hpp"

#include <doctest/doctest.h>

using namespace pintle;
using namespace pintle::fetch;

namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

config::Request request_with(const Values& more) {
  config::Request request{"fetch", {{"url", "https://a.org:8443/b?c=d"}}};
  request.values.insert(request.values.end(), more.begin(), more.end());
  return request;
}

Headers headers_of(const Values& more) {
  const auto order = order_in(request_with(more));
  REQUIRE(order);
  return order->headers;
}

std::string error_of(const Values& more) {
  const auto order = order_in(request_with(more));
  return order ? "" : order.error().message();
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("fetch/request") {
  TEST_CASE("the user's headers are sent as they stand") {
    CHECK(headers_of({}).empty());
    CHECK(headers_of({{"headers", "Authorization: Bearer x: y "},
                      {"headers", "accept: text/plain"},
                      {"headers", "X-Empty: "}}) ==
          Headers{{"Authorization", "Bearer x: y"}, {"accept", "text/plain"}, {"X-Empty", ""}});
  }

  TEST_CASE("user name and password become basic authentication") {
    CHECK(headers_of({{"username", "Aladdin"}, {"password", "open sesame"}}) ==
          Headers{{"Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}});
    CHECK(contains(error_of({{"username", "a:b"}, {"password", "s3cret"}}), "contains a colon"));
    CHECK(contains(
        error_of(
            {{"username", "a"}, {"password", "s3cret"}, {"headers", "authorization: Bearer x"}}),
        "there is also an Authorization header"));
  }

  TEST_CASE("with aws they sign the request") {
    const auto order = order_in({"fetch",
                                 {{"url", "https://b.s3.amazonaws.com/k?b=2&acl&a=1"},
                                  {"username", "AKIA"},
                                  {"password", "s3cret"},
                                  {"aws", "region: eu-west-1"},
                                  {"aws", "service: s3"}}});
    REQUIRE(order);
    REQUIRE(order->aws);
    CHECK(order->aws->region == "eu-west-1");
    CHECK(order->aws->service == "s3");
    CHECK(order->aws->key_id == "AKIA");
    CHECK(order->aws->secret == "s3cret");
    CHECK(order->headers.empty());
    CHECK(order->url.target == "/k?b=2&acl&a=1");
    for (const char* region : {"", "a:b", "a/b", "a b", "a\r\nb"}) {
      CAPTURE(region);
      const std::string error = error_of({{"username", "a"},
                                          {"password", "s3cret"},
                                          {"aws", std::string("region: ") + region},
                                          {"aws", "service: s3"}});
      CHECK(contains(error, "cannot sign the request: a region and a service"));
      CHECK_FALSE(contains(error, "s3cret"));
    }
    for (const char* header : {"x-amz-date: 20150830T123600Z", "X-Amz-Content-Sha256: s3cret"}) {
      CAPTURE(header);
      CHECK(contains(error_of({{"username", "a"},
                               {"password", "s3cret"},
                               {"aws", "region: r"},
                               {"aws", "service: s3"},
                               {"headers", header}}),
                     "cannot sign the request: there is also the header X-Amz-"));
    }
  }

  TEST_CASE("everything by which a server can know who asks makes a request personal") {
    const auto plain = order_in(request_with({}));
    REQUIRE(plain);
    CHECK_FALSE(is_personal(*plain));
    const Values ways[] = {
        {{"headers", "Accept: text/plain"}},
        {{"username", "u"}, {"password", "p"}},
        {{"username", "u"}, {"password", "p"}, {"aws", "region: r"}, {"aws", "service: s3"}},
        {{"netrc", "/dev/null"}},
        {{"certificate", "/c"}, {"key", "/k"}},
    };
    for (const Values& way : ways) {
      CAPTURE(way.front().first);
      const auto order = order_in(request_with(way));
      if (way.front().first == "netrc") {
        CHECK_FALSE(order);  // it is no regular file
        continue;
      }
      REQUIRE(order);
      CHECK(is_personal(*order));
      CHECK(identity_of(*order) != identity_of(*plain));
    }
  }

  TEST_CASE("no header can be smuggled in, and no error has its value") {
    for (const char* header :
         {"A: s3cret\r\nB: c", "A: s3cret\nB", "A\r\nB: s3cret", "A b: s3cret", ": s3cret",
          "A:s3cret", "Host: s3cret", "content-length: s3cret", "Transfer-Encoding: s3cret",
          "Connection: s3cret", "A: s3cret\x7f", "A: s3cret\x01"}) {
      CAPTURE(header);
      const std::string text = error_of({{"headers", header}});
      CHECK(contains(text, "cannot use the header"));
      CHECK_FALSE(contains(text, "s3cret"));
    }
  }

  TEST_CASE("a URL is shown without what may be secret, and whole or not at all") {
    CHECK(shown(*config::parse_web_url("https://a.org/b?sig=s3cret")) == "https://a.org/b");
    CHECK(shown(*config::parse_web_url("http://a.org/" + std::string(200, 'x'))) ==
          "http://a.org/...");
  }

  TEST_CASE("the limits have defaults") {
    const auto order = order_in({"fetch", {{"url", "http://a/"}}});
    REQUIRE(order);
    CHECK(order->max_size == 1073741824);
    CHECK(order->redirects == 10);
    const auto other =
        order_in({"fetch", {{"url", "http://a/"}, {"maxSize", "5"}, {"redirects", "1"}}});
    CHECK(other->max_size == 5);
    CHECK(other->redirects == 1);
  }
}
