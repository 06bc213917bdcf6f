#include <doctest/doctest.h>

#include <csignal>

#include "hooks/apart.hpp"
#include "sys/signals.hpp"

using namespace pintle;

namespace {

struct Outcome {
  int code;
  std::string line;
};

/// A script in place of the second program.
Outcome run(const std::string& script, std::string_view request) {
  sys::Child program;
  program.argv = {"/bin/sh", "-c", script};
  program.candidates = {"/bin/sh"};
  program.environment = {"PATH=/usr/bin:/bin"};
  sys::Report report;
  const sys::SignalMask before = sys::set_mask(sys::SignalMask::all());
  const int code = hooks::run_apart(program, request, report);
  sys::set_mask(before);
  return {code, std::string(report.line())};
}

}  // namespace

TEST_SUITE("hooks/apart") {
  TEST_CASE("a request of any size arrives whole, once it was asked for") {
    const std::string request(3000000, 'x');
    CHECK(run("printf r >&0; test $(wc -c) = 3000000", request).code == 0);
  }

  TEST_CASE("nothing is there for who does not ask, or asks in other words") {
    CHECK(run("printf no >&0; test $(wc -c) = 0", "secret").code == 0);
    CHECK(run("exit 82", "secret").code == 82);
  }

  TEST_CASE("a program that ends before it has read all is no hindrance") {
    CHECK(run("printf r >&0; exit 3", std::string(3000000, 'x')).code == 3);
  }

  TEST_CASE("a program that is not there is the report of the hook") {
    sys::Child program;
    program.argv = program.candidates = {"/no/such"};
    sys::Report report;
    CHECK(hooks::run_apart(program, "", report) == 127);
    CHECK(report.has_failure);
    CHECK(report.line() == "/no/such");
  }
}
