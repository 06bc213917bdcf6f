#include "http/head.hpp"

#include <doctest/doctest.h>

using namespace pintle;
using namespace pintle::http;

TEST_SUITE("http/head") {
  TEST_CASE("a head ends at its first empty line, and not before") {
    CHECK(head_size("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody") == 25);
    CHECK(head_size("HTTP/1.0 200 OK\n\n") == 17);
    for (const char* part : {"", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n\r",
                             "HTTP/1.1 200 OK\r\nA: b\r\n"}) {
      CHECK_FALSE(head_size(part));
    }
  }

  TEST_CASE("status and headers are read, in any case of letters") {
    const auto head =
        parse_head("HTTP/1.1 302 Found Here\r\nLOCATION:  /there \r\ncontent-length:  12 \r\n\r\n");
    REQUIRE(head);
    CHECK(head->status == 302);
    CHECK(head->reason == "Found Here");
    CHECK(head->length == 12);
    CHECK_FALSE(head->is_chunked);
    CHECK(parse_head("HTTP/1.1 204\r\n\r\n")->reason == "");
    CHECK(parse_head("HTTP/1.1 200 \r\nTransfer-Encoding: Chunked\r\n\r\n")->is_chunked);
    CHECK(parse_head("HTTP/1.1 200 \r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n")->length ==
          5);
  }

  TEST_CASE("a content that is compressed is known as that, and no fault of the head") {
    CHECK(parse_head("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")->is_encoded);
    CHECK(
        parse_head("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Encoding: identity\r\n\r\n")
            ->is_encoded);
    CHECK_FALSE(parse_head("HTTP/1.1 200 OK\r\nContent-Encoding: Identity\r\n\r\n")->is_encoded);
    CHECK_FALSE(parse_head("HTTP/1.1 200 OK\r\n\r\n")->is_encoded);
  }

  TEST_CASE("what could be understood in two ways is refused") {
    for (const char* text :
         {"",
          "\r\n\r\n",
          "SSH-2.0-x\r\n\r\n",
          "HTTP/2 200\r\n\r\n",
          "HTTP/1.1 20\r\n\r\n",
          "HTTP/1.1 2000 OK\r\n\r\n",
          "HTTP/1.1 099 OK\r\n\r\n",
          "HTTP/1.1 abc OK\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length : 9\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length\t: 9\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 9, 9\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 9\r x\r\n\r\n",
          "HTTP/1.1 200 OK\r\nA: b\rContent-Length: 9\r\n\r\n",
          "HTTP/1.1 200 OK\r\nA\x01: b\r\n\r\n",
          "HTTP/1.1 200 OK\r\nA(b): c\r\n\r\n",
          "HTTP/1.1 200 OK\r\n Content-Length: 9\r\n\r\n",
          " HTTP/1.1 200 OK\r\n\r\n",
          "HTTP/1.x 200 OK\r\n\r\n",
          "HTTP/1.1\t200 OK\r\n\r\n",
          "HTTP/1.1  200 OK\r\n\r\n",
          "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
          "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
          "HTTP/1.1 200 OK\r\n: b\r\n\r\n"}) {
      CAPTURE(text);
      const auto head = parse_head(text);
      REQUIRE_FALSE(head);
      CHECK_FALSE(head.error().detail.empty());
    }
    CHECK_FALSE(parse_head(std::string_view("HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", 25)));
  }
}
