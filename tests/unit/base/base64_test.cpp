#include "base/base64.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pintle;

TEST_SUITE("base/base64") {
  TEST_CASE("what is encoded is what is decoded, RFC 4648 section 10") {
    const std::pair<const char*, const char*> rows[] = {
        {"f", "Zg=="},        {"fo", "Zm8="},           {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="}, {"\xff\xfe\xfd", "//79"}, {"foobar", "Zm9vYmFy"},
    };
    for (const auto& [bytes, text] : rows) {
      CHECK(to_base64(bytes) == text);
      CHECK(from_base64(text) == bytes);
    }
    CHECK(to_base64("").empty());
  }

  TEST_CASE("anything else is no base64") {
    for (const char* text : {"", "Z", "Zg", "Zg=", "Z===", "Zg==Zg==", "Z g=", "Zm9-"}) {
      CAPTURE(text);
      CHECK_FALSE(from_base64(text));
    }
  }
}
