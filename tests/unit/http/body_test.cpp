#include "http/body.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pintle;
using namespace pintle::http;

namespace {

struct Taken {
  std::string content;
  bool is_done = false;
  std::string error;
};

/// What comes of `text` when it arrives in pieces of `size`.
Taken take(const Head& head, const std::string& text, std::size_t size) {
  Taken taken;
  Body body(head);
  const Sink sink = [&](std::string_view piece) -> Result<void> {
    taken.content += piece;
    return {};
  };
  for (std::size_t at = 0; at < text.size() && !taken.is_done; at += size) {
    const auto fed = body.feed(std::string_view(text).substr(at, size), sink);
    if (!fed) return {taken.content, false, fed.error().detail};
    taken.is_done = *fed;
  }
  return taken;
}

const Head kChunked{.status = 200, .is_chunked = true};

Head of_length(std::int64_t length) {
  return {.status = 200, .length = length};
}

}  // namespace

TEST_SUITE("http/body") {
  TEST_CASE("as many bytes as were announced are taken, however they arrive") {
    for (const std::size_t size : {1U, 2U, 3U, 7U, 100U}) {
      const Taken taken = take(of_length(11), "hello world and more", size);
      CHECK(taken.content == "hello world");
      CHECK(taken.is_done);
      CHECK(taken.error == "");
    }
    CHECK(take(of_length(0), "more", 1).content == "");
  }

  TEST_CASE("chunks are joined, however they arrive") {
    const std::string text = "5\r\nhello\r\n6;name=\"x\"\r\n world\r\n0\r\nTrailer: x\r\n\r\n";
    for (std::size_t size = 1; size <= text.size(); ++size) {
      CAPTURE(size);
      const Taken taken = take(kChunked, text, size);
      CHECK(taken.content == "hello world");
      CHECK(taken.is_done);
    }
  }

  TEST_CASE("what has not come whole is not done") {
    for (const char* text : {"", "5", "5\r\nhel", "5\r\nhello", "5\r\nhello\r\n",
                             "5\r\nhello\r\n0\r\n", "0\r\nA: b\r\n"}) {
      CAPTURE(text);
      CHECK_FALSE(take(kChunked, text, 3).is_done);
    }
    CHECK_FALSE(take(of_length(11), "hello", 2).is_done);
    const Taken until_end = take({.status = 200}, "all of it", 4);
    CHECK(until_end.content == "all of it");
    CHECK_FALSE(until_end.is_done);
  }

  TEST_CASE("chunks that are none are refused") {
    for (const char* text :
         {"x\r\n", "-1\r\n", "\r\n", "10000000000000000\r\n", "1\r\nab\r\n", "0x5\r\nhello\r\n",
          "1 1\r\na\r\n", " 1\r\na\r\n", "1\r;\r\na\r\n", ";a\r\n"}) {
      CAPTURE(text);
      CHECK(take(kChunked, text, 2).error != "");
    }
    CHECK(take(kChunked, std::string(9000, '1'), 100).error ==
          "a line between its chunks is too long");
  }

  TEST_CASE("blanks behind the size of a chunk are none of it") {
    CHECK(take(kChunked, "5 \t\r\nhello\r\n0 ; a\r\n\r\n", 3).content == "hello");
  }

  TEST_CASE("extensions and trailers come to an end, however short each is") {
    std::string extended;
    std::string trailers = "0\r\n";
    while (extended.size() < 2 * kLargestHead) {
      extended += "1;" + std::string(1000, 'e') + "\r\nx\r\n";
    }
    while (trailers.size() < 2 * kLargestHead) trailers += "T: " + std::string(1000, 't') + "\r\n";
    for (const std::string& text : {extended, trailers}) {
      const Taken taken = take(kChunked, text, 500);
      CHECK(taken.error == "its chunk extensions and trailers are too long");
    }
    std::string padded;
    for (int i = 0; i < 1000; ++i) padded += "1                    \r\nx\r\n";
    CHECK(take(kChunked, padded + "0\r\n\r\n", 100).is_done);
  }

  TEST_CASE("what the sink says ends it") {
    Body body(of_length(5));
    const auto fed = body.feed("hello", [](std::string_view) -> Result<void> {
      return Error{"write", 28, "/a", {}};
    });
    REQUIRE_FALSE(fed);
    CHECK(fed.error().code == 28);
  }
}
