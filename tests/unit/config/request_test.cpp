#include "config/request.hpp"

#include <doctest/doctest.h>

using namespace pintle;
using namespace pintle::config;
using namespace std::chrono_literals;

namespace {

constexpr ActionSpec kSpec{.name = "fetch", .kinds = kSteps, .help = "", .params = {}};

}  // namespace

TEST_SUITE("config/request") {
  TEST_CASE("what was written is what is read, whatever its type") {
    Builtin use{&kSpec, {}};
    use.params.set("url", std::string("https://a/?b=c&d"));
    use.params.set("maxSize", std::int64_t{1} << 40);
    use.params.set("flag", true);
    use.params.set("time", Duration(90s));
    use.params.set("prohibit", std::vector<std::string>{"a", "b\nc", "x"});
    use.params.set("headers", Pairs{{"A", "1: 2"}, {"B", ""}});
    use.params.set("content", Literal{"$x"});
    const auto bytes = encode_request(use);
    REQUIRE(bytes);
    const auto request = decode_request(*bytes);
    REQUIRE(request);
    CHECK(request->action == "fetch");
    CHECK(request->text("url") == "https://a/?b=c&d");
    CHECK(request->number("maxSize") == std::int64_t{1} << 40);
    CHECK(request->text("flag") == "true");
    CHECK(request->number("time") == 90000);
    CHECK(request->texts("prohibit") == std::vector<std::string>{"a", "b\nc", "x"});
    CHECK(request->texts("headers") == std::vector<std::string>{"A: 1: 2", "B: "});
    CHECK(request->text("content") == "$x");
    CHECK_FALSE(request->has("none"));
    CHECK(request->text("none") == "");
    CHECK_FALSE(request->number("url"));
  }

  TEST_CASE("no value can become a parameter of its own") {
    Builtin use{&kSpec, {}};
    use.params.set("url", std::string("a\0path\0/etc/passwd", 19));
    const auto bytes = encode_request(use);
    REQUIRE_FALSE(bytes);
    CHECK(bytes.error().message() ==
          "cannot use the parameters: there is a NUL byte in one of them");
  }

  TEST_CASE("bytes that are no request are refused") {
    using namespace std::string_view_literals;
    for (const std::string_view bytes : {""sv, "action"sv, "action\0fetch"sv, "url\0a\0"sv,
                                         "action\0fetch\0url\0"sv, "action\0fetch\0\0a\0"sv}) {
      CAPTURE(bytes.size());
      CHECK_FALSE(decode_request(bytes));
    }
    CHECK(decode_request("action\0check\0path\0\0"sv));
  }
}
