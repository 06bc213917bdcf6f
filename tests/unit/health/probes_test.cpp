#include "health/probes.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pintle::health;

TEST_SUITE("health/probes") {
  TEST_CASE("the status of the first final response is found") {
    struct Row {
      const char* head;
      int status;
    };
    const Row rows[] = {
        {"HTTP/1.1 200 OK\r\n", 200},
        {"HTTP/1.0 404 Not Found\r\nA: b\r\n\r\nbody", 404},
        {"HTTP/1.1 204\r\n", 204},
        {"HTTP/1.1 204 \r\n", 204},
        {"HTTP/1.1 999 x\r\n", 999},
        {"HTTP/1.1 200 HTTP/1.1 500\r\n", 200},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", 200},
        {"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 100 C\r\n\r\nHTTP/1.1 503 No\r\n",
         503},
        {"HTTP/1.1 100 Continue\r\n\r\n", 0},
        {"HTTP/1.1 100 Continue\r\nA: b\r\n", 0},
        {"HTTP/1.1 100 Continue\r\n\r\ngarbage", -1},
        {"", 0},
        {"HTTP", 0},
        {"HTTP/1.1 200 OK", 0},
        {"HTTP/1.1 200 OK\r", 0},
        {"HTTP/1.1 200 OK\n\n", 0},
        {"HTTP/2 200\r\n", -1},
        {"HTTP/1.1 20\r\n", -1},
        {"HTTP/1.1 2000 OK\r\n", -1},
        {"HTTP/1.1 2x0 OK\r\n", -1},
        {"HTTP/1.1 -20 OK\r\n", -1},
        {"HTTP/1.1 099 OK\r\n", -1},
        {"HTTP/1.1 000 OK\r\n", -1},
        {"HTTP/1.1  200 OK\r\n", -1},
        {"HTTP/1.1\t200 OK\r\n", -1},
        {"HTTP/1.11 200 OK\r\n", -1},
        {"http/1.1 200 OK\r\n", -1},
        {" HTTP/1.1 200 OK\r\n", -1},
        {"\r\nHTTP/1.1 200 OK\r\n", -1},
        {"SSH-2.0-OpenSSH\r\n", -1},
        {"X", -1},
    };
    for (const Row& row : rows) {
      CAPTURE(row.head);
      CHECK(final_status(row.head) == row.status);
    }
  }

  TEST_CASE("a response that comes byte by byte is known as soon as its line is whole") {
    const std::string head =
        "HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 302 Found\r\nX: y\r\n\r\n";
    const std::size_t whole = head.find("Found\r\n") + 7;
    for (std::size_t size = 0; size <= head.size(); ++size) {
      CHECK(final_status(head.substr(0, size)) == (size < whole ? 0 : 302));
    }
  }

  TEST_CASE("bytes that are no text are no response") {
    CHECK(final_status(std::string_view("\0\0\0\0", 4)) == -1);
    CHECK(final_status("\x16\x03\x01\x02") == -1);
    CHECK(final_status(std::string_view("HTTP/1.1 2\0\0 OK\r\n", 17)) == -1);
  }
}
