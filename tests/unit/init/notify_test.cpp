#include "init/notify.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pintle;
using namespace pintle::init;
using config::Notify;
using config::Question;
using hooks::MainSays;
using hooks::Verdict;

namespace {

control::Status running(MainSays says, Verdict ready = Verdict::healthy,
                        Verdict live = Verdict::healthy) {
  control::Status status;
  status.phase = hooks::Phase::running;
  status.main_pid = 7;
  status.main_says = says;
  status.checks = {{"r", Question::readiness, ready, ""}, {"l", Question::liveness, live, ""}};
  return status;
}

}  // namespace

TEST_SUITE("init/notify") {
  TEST_CASE("a message says what its lines say, and the last counts") {
    CHECK(parse_notification("READY=1").says == MainSays::ready);
    CHECK(parse_notification("READY=1\nSTOPPING=1\n").says == MainSays::stopping);
    CHECK(parse_notification("RELOADING=1\nMONOTONIC_USEC=5").says == MainSays::starting);
    CHECK(parse_notification("STATUS=a=b\nX").status == "a=b");
    CHECK(parse_notification("STATUS=").status == "");
    CHECK(parse_notification("WATCHDOG=1").is_watchdog);
    CHECK(parse_notification("EXTEND_TIMEOUT_USEC=1500000").extension == Duration(1500));
  }

  TEST_CASE("anything else says nothing") {
    for (const char* text :
         {"", "\n", "READY", "READY=0", "READY=", "READY=11", " READY=1", "ready=1",
          "WATCHDOG=trigger", "MAINPID=1", "EXTEND_TIMEOUT_USEC=", "EXTEND_TIMEOUT_USEC=0",
          "EXTEND_TIMEOUT_USEC=-5", "EXTEND_TIMEOUT_USEC=5x",
          "EXTEND_TIMEOUT_USEC=99999999999999999999"}) {
      CAPTURE(text);
      const Notification said = parse_notification(text);
      CHECK_FALSE(said.says);
      CHECK_FALSE(said.status);
      CHECK_FALSE(said.is_watchdog);
      CHECK_FALSE(said.extension);
    }
  }

  TEST_CASE("main is heard, and with all everybody of its user") {
    CHECK(is_heard({7, 1000, 0}, Notify::main, 7, 1000));
    CHECK_FALSE(is_heard({8, 1000, 0}, Notify::main, 7, 1000));
    CHECK(is_heard({8, 1000, 0}, Notify::all, 7, 1000));
    CHECK_FALSE(is_heard({8, 1001, 0}, Notify::all, 7, 1000));
    CHECK_FALSE(is_heard({0, 1000, 0}, Notify::all, 7, 1000));
    CHECK_FALSE(is_heard({7, 1000, 0}, Notify::all, 0, 1000));
  }

  TEST_CASE("outside READY=1 is said once, when main and the checks agree") {
    Outward outward;
    CHECK(outward.news(running(MainSays::starting)).empty());
    CHECK(outward.news(running(MainSays::ready, Verdict::unknown)).empty());
    CHECK(outward.news(running(MainSays::ready, Verdict::healthy, Verdict::unhealthy)).empty());
    CHECK(outward.news(running(MainSays::ready)) == "READY=1\n");
    CHECK(outward.news(running(MainSays::ready)).empty());
    CHECK(outward.news(running(MainSays::ready, Verdict::unhealthy)).empty());
    control::Status stopping = running(MainSays::ready);
    stopping.phase = hooks::Phase::stopping;
    CHECK(outward.news(stopping) == "STOPPING=1\n");
    CHECK(outward.news(stopping).empty());
  }

  TEST_CASE("outside a container that stops before it was ready never says READY=1") {
    Outward outward;
    CHECK(outward.news(running(MainSays::stopping)) == "STOPPING=1\n");
    CHECK(outward.news(running(MainSays::ready)).empty());
  }

  TEST_CASE("main's words are told when they change") {
    Outward outward;
    control::Status status = running(MainSays::starting);
    status.main_text = "a";
    CHECK(outward.news(status) == "STATUS=a\n");
    CHECK(outward.news(status).empty());
    status.main_text = "";
    CHECK(outward.news(status) == "STATUS=\n");
  }

  TEST_CASE("a watchdog's ping is passed on only while main is alive and healthy") {
    CHECK(Outward::may_ping(running(MainSays::ready)));
    CHECK(Outward::may_ping(running(MainSays::ready, Verdict::unhealthy)));
    CHECK_FALSE(Outward::may_ping(running(MainSays::ready, Verdict::healthy, Verdict::unhealthy)));
    control::Status gone = running(MainSays::ready);
    gone.main_pid = 0;
    CHECK_FALSE(Outward::may_ping(gone));
    control::Status stopping = running(MainSays::ready);
    stopping.phase = hooks::Phase::stopping;
    CHECK_FALSE(Outward::may_ping(stopping));
  }
}
