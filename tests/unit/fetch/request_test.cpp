#include "fetch/request.hpp"

#include <doctest/doctest.h>

using namespace pintle;
using namespace pintle::fetch;

namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

std::string text_of(const Values& more) {
  config::Request request{"fetch", {{"url", "https://a.org:8443/b?c=d"}}};
  request.values.insert(request.values.end(), more.begin(), more.end());
  const auto order = order_in(request);
  return order ? request_text(order->url, order->headers) : order.error().message();
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("fetch/request") {
  TEST_CASE("a request asks for one plain answer") {
    CHECK(text_of({}) ==
          "GET /b?c=d HTTP/1.1\r\nHost: a.org:8443\r\nUser-Agent: pintle\r\nAccept: */*\r\n"
          "Accept-Encoding: identity\r\nConnection: close\r\n\r\n");
  }

  TEST_CASE("the user's headers are sent, and replace ours") {
    const std::string text = text_of({{"headers", "Authorization: Bearer x: y "},
                                      {"headers", "accept: text/plain"},
                                      {"headers", "X-Empty: "}});
    CHECK(contains(text, "\r\nAuthorization: Bearer x: y\r\n"));
    CHECK(contains(text, "\r\naccept: text/plain\r\n"));
    CHECK(contains(text, "\r\nX-Empty: \r\n"));
    CHECK_FALSE(contains(text, "Accept: */*"));
  }

  TEST_CASE("user name and password become basic authentication") {
    CHECK(contains(text_of({{"username", "Aladdin"}, {"password", "open sesame"}}),
                   "\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"));
    CHECK(contains(text_of({{"username", "a:b"}, {"password", "s3cret"}}), "contains a colon"));
    CHECK(contains(
        text_of(
            {{"username", "a"}, {"password", "s3cret"}, {"headers", "authorization: Bearer x"}}),
        "there is also an Authorization header"));
  }

  TEST_CASE("no header can be smuggled in, and no error has its value") {
    for (const char* header :
         {"A: s3cret\r\nB: c", "A: s3cret\nB", "A\r\nB: s3cret", "A b: s3cret", ": s3cret",
          "A:s3cret", "Host: s3cret", "content-length: s3cret", "Transfer-Encoding: s3cret",
          "Connection: s3cret", "A: s3cret\x7f", "A: s3cret\x01"}) {
      CAPTURE(header);
      const std::string text = text_of({{"headers", header}});
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
