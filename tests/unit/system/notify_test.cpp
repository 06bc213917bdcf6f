// sd_notify(3) in both directions, with senders and receivers that are not as they should be.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <utility>

#include "clients.hpp"
#include "rules.hpp"

using namespace seam;

namespace {

Outcome notify_life_with(std::vector<World::Event> events, std::string_view notify = "true",
                         bool has_outer_socket = false) {
  const Life life{.name = "main speaks",
                  .config = fmt::format(R"({{"user":"1000:1000","shutdown":{{"gracePeriod":"1s"}},
                    "main":{{"command":"/main","notify":{}}}}})",
                                        notify),
                  .world = {.programs = {{.path = "/main",
                                          .on_signal = Program::OnSignal::exits,
                                          .signal_time = 3s}},
                            .events = std::move(events)},
                  .has_outer_socket = has_outer_socket};
  return Start(life).run();
}

World::Event notify_says(Duration at, std::string text) {
  return {at, [text = std::move(text)] { notify_as("/main", text); }};
}
World::Event notify_asks(Duration at) {
  return {at, ask_status};
}
World::Event notify_reads(Duration at) {
  return {at, read_status};
}
const World::Event kStop{5s, [] { send_signal(1, 15); }};

}  // namespace

TEST_SUITE("system/notify") {
  TEST_CASE("main notify_asks for more time to stop, and gets it") {
    const Outcome out =
        notify_life_with({kStop, notify_says(5500ms, "EXTEND_TIMEOUT_USEC=5000000\n")});
    INFO(text_of(out));
    CHECK(out.fault == "");
    CHECK(out.code == 0);
    CHECK(out.time == 8s);
    CHECK(notify_life_with({kStop}).code == 137);
  }

  TEST_CASE("somebody else than main is heard only where all of its user are") {
    const World::Event other{1s, [] { notify_from(9, 1000, "READY=1\n"); }};
    const World::Event root{1s, [] { notify_from(9, 2000, "READY=1\n"); }};
    CHECK(notify_life_with({other, kStop}, "true", true).has_note("READY=1") == false);
    CHECK(notify_life_with({other, kStop}, "\"all\"", true).has_note("READY=1"));
    CHECK(notify_life_with({root, kStop}, "\"all\"", true).has_note("READY=1") == false);
  }

  TEST_CASE("more messages than one turn takes are all taken") {
    std::vector<World::Event> events;
    for (int i = 0; i < 10; ++i)
      events.push_back(notify_says(1s, fmt::format("STATUS=the {}th\n", i)));
    events.push_back(notify_says(1s, "READY=1\n"));
    events.insert(events.end(), {notify_asks(2s), notify_reads(2100ms), kStop});
    const Outcome out = notify_life_with(std::move(events), "true", true);
    INFO(text_of(out));
    CHECK(out.has_note("STATUS=the 9th"));
    CHECK(out.has_note("READY=1"));
  }

  TEST_CASE("an outer socket that is full is told again when it is not") {
    const Outcome out = notify_life_with(
        {{500ms, fill_outer_socket}, notify_says(1s, "READY=1\n"), {3s, read_outer_socket}, kStop},
        "true", true);
    INFO(text_of(out));
    CHECK(out.fault == "");
    CHECK(out.has_note("outer: full"));
    CHECK(out.has_note("READY=1"));
  }

  TEST_CASE("an outer socket that is gone costs nothing") {
    const Outcome out = notify_life_with(
        {{500ms, close_outer_socket}, notify_says(1s, "READY=1\n"), kStop}, "true", true);
    INFO(text_of(out));
    CHECK(out.fault == "");
    CHECK(out.code == 137);
  }
}
