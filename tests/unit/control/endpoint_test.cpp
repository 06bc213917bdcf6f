#include "control/endpoint.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pintle;
using namespace pintle::control;
using config::Question;
using hooks::Verdict;

namespace {

Status running(Verdict verdict) {
  Status status;
  status.phase = hooks::Phase::running;
  status.checks = {{"db", Question::readiness, verdict, "why"},
                   {"live", Question::liveness, Verdict::unknown, ""}};
  return status;
}

std::string asked(const std::string& line, const Result<Status>& status) {
  return respond(line + "\r\nHost: x\r\n\r\n", status);
}

std::string first_line(const std::string& response) {
  return response.substr(0, response.find("\r\n"));
}

std::string body(const std::string& response) {
  return response.substr(response.find("\r\n\r\n") + 4);
}

}  // namespace

TEST_SUITE("control/endpoint") {
  TEST_CASE("a request is answered by status line and body") {
    struct Row {
      const char* line;
      Verdict verdict;
      const char* status;
      const char* body;
    };
    const Row rows[] = {
        {"GET /livez HTTP/1.1", Verdict::unhealthy, "HTTP/1.1 200 OK", "ok\n"},
        {"GET /startupz HTTP/1.0", Verdict::unhealthy, "HTTP/1.1 200 OK", "ok\n"},
        {"GET /readyz HTTP/1.1", Verdict::healthy, "HTTP/1.1 200 OK", "ok\n"},
        {"GET /readyz HTTP/1.1", Verdict::unhealthy, "HTTP/1.1 503 Service Unavailable",
         "check db is unhealthy\n"},
        {"HEAD /readyz HTTP/1.1", Verdict::unhealthy, "HTTP/1.1 503 Service Unavailable", ""},
        {"GET /readyz?verbose HTTP/1.1", Verdict::healthy, "HTTP/1.1 200 OK",
         "[+]db ok: why\nreadyz check passed\n"},
        {"GET /readyz?a=b&verbose HTTP/1.1", Verdict::unknown, "HTTP/1.1 503 Service Unavailable",
         "[-]db unknown: why\nreadyz check failed: check db is unknown\n"},
        {"GET /livez?verbose HTTP/1.1", Verdict::unknown, "HTTP/1.1 200 OK",
         "[-]live unknown\nlivez check passed\n"},
        {"GET /readyz?verbosely HTTP/1.1", Verdict::healthy, "HTTP/1.1 200 OK", "ok\n"},
        {"PUT /readyz HTTP/1.1", Verdict::healthy, "HTTP/1.1 405 Method Not Allowed",
         "GET or HEAD\n"},
        {"GET /readyz/ HTTP/1.1", Verdict::healthy, "HTTP/1.1 404 Not Found",
         "the paths are /livez /readyz /startupz, each with ?verbose, and /metrics\n"},
        {"GET readyz HTTP/1.1", Verdict::healthy, "HTTP/1.1 400 Bad Request",
         "the request is not HTTP/1.1\n"},
        {"GET /readyz", Verdict::healthy, "HTTP/1.1 400 Bad Request",
         "the request is not HTTP/1.1\n"},
        {"", Verdict::healthy, "HTTP/1.1 400 Bad Request", "the request is not HTTP/1.1\n"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.line);
      const std::string response = asked(row.line, running(row.verdict));
      CHECK(first_line(response) == row.status);
      CHECK(body(response) == row.body);
    }
  }

  TEST_CASE("without a reply from PID 1 nothing is healthy") {
    const Error error{"get a reply from PID 1", 0, {}, "it\r\nhangs"};
    const std::string response = asked("GET /livez HTTP/1.1", error);
    CHECK(first_line(response) == "HTTP/1.1 503 Service Unavailable");
    CHECK(body(response) == "cannot get a reply from PID 1: it\\x0d\\nhangs\n");
  }

  TEST_CASE("the length is that of the body, with and without it") {
    const std::string get = asked("GET /livez HTTP/1.1", running(Verdict::healthy));
    const std::string head = asked("HEAD /livez HTTP/1.1", running(Verdict::healthy));
    CHECK(get.find("Content-Length: 3\r\n") != std::string::npos);
    CHECK(head + "ok\n" == get);
  }

  TEST_CASE("a request is complete at its empty line, or when it is too large") {
    CHECK_FALSE(is_complete(""));
    CHECK_FALSE(is_complete("GET / HTTP/1.1\r\n"));
    CHECK(is_complete("GET / HTTP/1.1\r\n\r\n"));
    CHECK(is_complete(std::string(kLargestRequestHead + 1, 'a')));
    CHECK(first_line(respond(std::string(kLargestRequestHead + 1, 'a'), Status{})).find(" 431 ") !=
          std::string::npos);
  }
}
