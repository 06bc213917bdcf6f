#include "config/request.hpp"

#include <doctest/doctest.h>

#include "config/slots.hpp"

using namespace pintle;
using namespace pintle::config;
using namespace std::chrono_literals;

namespace {

struct Params {
  std::string url{};
  std::optional<std::int64_t> max_size{};
  bool flag = false;
  std::optional<Duration> time{};
  std::vector<std::string> prohibit{};
  Pairs headers{};
  std::optional<std::string> content{};
};
std::string accept(const std::string&, const std::string&) {
  return {};
}
constexpr TextKind kAny;
constexpr Key<Params> kKeys[] = {
    {"url", into<&Params::url, &Reader::expandable>, "-", "-"},
    {"maxSize", into<&Params::max_size, &Reader::size>, "-", "-"},
    {"flag", into<&Params::flag, &Reader::boolean>, "-", "-"},
    {"time", into<&Params::time, &Reader::duration>, "-", "-"},
    {"prohibit", texts<&Params::prohibit, kAny>, "-", "-"},
    {"headers", headers<&Params::headers, accept>, "-", "-"},
    {"content", into<&Params::content, &Reader::argument>, "-", "-"},
};
constexpr ActionSpec kSpec{
    .name = "fetch", .kinds = kSteps, .help = "", .params = params_of<kKeys>()};

Builtin use_of(const Params& params) {
  return {&kSpec, std::make_shared<Params>(params)};
}

}  // namespace

TEST_SUITE("config/request") {
  TEST_CASE("what was written is what is read, whatever its type") {
    const auto bytes = encode_request(use_of({.url = "https://a/?b=c&d",
                                              .max_size = std::int64_t{1} << 40,
                                              .flag = true,
                                              .time = 90s,
                                              .prohibit = {"a", "b\nc", "x"},
                                              .headers = {{"A", "1: 2"}, {"B", ""}},
                                              .content = "$x"}));
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
    const auto bytes = encode_request(use_of({.url = std::string("a\0path\0/etc/passwd", 19)}));
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
