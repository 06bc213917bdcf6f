// Each life goes as it should when nothing fails.
#include <doctest/doctest.h>

#include <cerrno>
#include <csignal>

#include "rules.hpp"

using namespace seam;

TEST_SUITE("system/lives") {
  TEST_CASE("each life ends as it should") {
    for (const Life& life : lives()) {
      CAPTURE(life.name);
      const Start start(life);
      const Outcome out = start.run();
      INFO(text_of(out));
      CHECK(out.fault == "");
      CHECK(out.code == life.code);
      for (const std::string& part : life.says) {
        CAPTURE(part);
        CHECK(out.has_line(part));
      }
      for (const std::string& part : life.notes) {
        CAPTURE(part);
        CHECK(out.has_note(part));
      }
    }
  }

  TEST_CASE("a signalfd that cannot be read keeps PID 1 neither from main's end nor busy") {
    Life life = lives().front();
    life.world.events = {{200ms, [] { send_signal(1, SIGWINCH); }}};  // from then on it is ready
    const Start start(life);
    const Outcome good = start.run();
    const Outcome out = start.run({.index = good.call_of("read"), .error = EIO, .for_ever = true});
    INFO(text_of(out));
    CHECK(out.fault == "");
    CHECK(out.code == 3);
    CHECK(out.time <= good.time + 2s);
    CHECK(out.calls.size() < good.calls.size() + 50);
    CHECK(out.has_line("cannot read the signalfd: "));
  }

  TEST_CASE("a signal reaches a child that has no process group of its own yet") {
    const Life life{.name = "a stop in the turn of a start",
                    .config = R"({"steps":[{"id":"s","command":"/step"}],
                      "main":{"command":"/main"}})",
                    .world = {.programs = {{.path = "/step"}},
                              .events = {{0ms, [] { send_signal(1, SIGTERM); }}},
                              .child_delay = 50ms}};
    const Outcome out = Start(life).run();
    INFO(text_of(out));
    CHECK(out.code == 128 + SIGTERM);
    CHECK(out.time < 100ms);
  }

  TEST_CASE("sockets that cannot be opened are opened later, and lines say so") {
    const Life life{.name = "a check",
                    .config = R"({"main":{"command":"/main"},
                      "health":[{"id":"c","command":"/main","interval":"1h"}]})",
                    .world = {.programs = {{.path = "/main", .lives = 5s}}}};
    const Start start(life);
    const Outcome good = start.run();
    const Outcome status = start.run({.index = good.call_of("bind"), .error = EACCES});
    INFO(text_of(status));
    CHECK(status.has_line("'pintle status' do not work until it can be opened"));
    CHECK(status.has_line("'pintle status' work from now on"));
    const Outcome requests = start.run({.index = good.call_of("bind any"), .error = EACCES});
    INFO(text_of(requests));
    CHECK(requests.has_line("'pintle health --now' do not work until it can be done"));
    CHECK(requests.has_line("'pintle health --now' work from now on"));
  }

  TEST_CASE("that jobs do not notice a change of the clock is said") {
    const Life life{.name = "a job",
                    .config = R"({"main":{"command":"/main"},
                      "maintenance":[{"id":"j","command":"/main","schedule":{"every":"1h"}}]})",
                    .world = {.programs = {{.path = "/main", .lives = 1s}}}};
    const Start start(life);
    const Outcome good = start.run();
    CHECK(good.log.empty());
    for (const char* const call : {"timerfd_create", "timerfd_settime"}) {
      const Outcome out = start.run({.index = good.call_of(call), .error = ENOSYS});
      CHECK(out.has_line("jobs do not notice a change of the clock"));
    }
  }
}
