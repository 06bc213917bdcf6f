#include "fetch/signature.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace pintle;
using namespace pintle::fetch;

constexpr std::int64_t kTime = 1440938160;  // 2015-08-30T12:36:00Z

std::string value_of(const Headers& headers, const std::string& name) {
  for (const auto& header : headers) {
    if (header.first == name) return header.second;
  }
  return {};
}

/// The Authorization for a GET of that target.
std::string authorization(const std::string& target, const Headers& headers = {},
                          const std::string& service = "service") {
  Order order;
  order.url = {{"example.amazonaws.com", 443}, "example.amazonaws.com", target, true};
  order.headers = headers;
  order.aws = Aws{"us-east-1", service, "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
  const auto added = signature_of(order, kTime);
  REQUIRE(added);
  CHECK(value_of(*added, "Host") == "example.amazonaws.com");
  CHECK(value_of(*added, "X-Amz-Date") == "20150830T123600Z");
  CHECK(value_of(*added, "X-Amz-Content-Sha256").empty() == (service != "s3"));
  return value_of(*added, "Authorization");
}

std::string signature(const std::string& target, const Headers& headers = {},
                      const std::string& service = "service") {
  const std::string text = authorization(target, headers, service);
  return text.substr(text.find("Signature=") + 10);
}

}  // namespace

TEST_SUITE("fetch/signature") {
  TEST_CASE("it is that of the examples that AWS publishes") {
    CHECK(authorization("/") ==
          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
          "SignedHeaders=host;x-amz-date, "
          "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    CHECK(signature("/?Param2=value2&Param1=value1") ==
          "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
  }

  TEST_CASE("a request to S3 is signed as in its documentation") {
    Order order;
    order.url = {{"examplebucket.s3.amazonaws.com", 443},
                 "examplebucket.s3.amazonaws.com",
                 "/?lifecycle",
                 true};
    order.aws =
        Aws{"us-east-1", "s3", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
    const auto added = signature_of(order, 1369353600);  // 2013-05-24T00:00:00Z
    REQUIRE(added);
    CHECK(value_of(*added, "Authorization") ==
          "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
          "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
          "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  }

  TEST_CASE("a query is signed sorted, whichever way it is written") {
    CHECK(signature("/?a=1&b=2") == signature("/?b=2&a=1"));
    CHECK(signature("/?a-b=1&a=2") == signature("/?a=2&a-b=1"));
    CHECK(signature("/?acl") == signature("/?acl="));
    CHECK(signature("/?p=a/b~%2f") == signature("/?p=a%2Fb%7E/"));
    CHECK(signature("/?p=%4") == signature("/?p=%254"));
    CHECK(signature("/?p=%+1") == signature("/?p=%25%2B1"));
  }

  TEST_CASE("only for S3 two ways to write a path are the same") {
    CHECK(signature("/a:b@c%7e", {}, "s3") == signature("/a%3Ab%40c~", {}, "s3"));
    CHECK(signature("/a%20b", {}, "s3") != signature("/a%2520b", {}, "s3"));
    CHECK(signature("/a:b") != signature("/a%3Ab"));
  }

  TEST_CASE("of the other headers those of AWS are signed, without their blanks") {
    CHECK(signature("/", {{"Accept", "a"}}) == signature("/"));
    const Headers token{{"X-Amz-Security-Token", " a \t b "}};
    CHECK(signature("/", token) == signature("/", {{"x-amz-security-token", "a b"}}));
    CHECK(authorization("/", token).find("SignedHeaders=host;x-amz-date;x-amz-security-token,") !=
          std::string::npos);
  }
}
