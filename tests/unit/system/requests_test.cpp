// What clients of PID 1 can do: ask for what there is not, send too much, too often, or go away.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <utility>

#include "clients.hpp"
#include "rules.hpp"

using namespace seam;

namespace {

/// A life with a check and a job; clients ask after a second, when they know where.
Outcome request_life_with(std::vector<World::Event> events,
                          std::string_view main = R"("command":"/main")") {
  Life life{.name = "clients",
            .config = fmt::format(R"({{"main":{{{}}},
              "steps":[{{"id":"s","command":"/step"}}],
              "health":[{{"id":"web","command":"/check","interval":"1h"}}],
              "maintenance":[{{"id":"tidy","command":"/job","schedule":{{"every":"1h"}}}}],
              "shutdown":{{"gracePeriod":"3s"}}}})",
                                  main),
            .world = {.programs = {{.path = "/main", .signal_time = 1s},
                                   {.path = "/step", .lives = 100ms},
                                   {.path = "/check", .lives = 300ms},
                                   {.path = "/job", .lives = 300ms}},
                      .events = {{500ms, [] { ask_status(); }}, {700ms, [] { read_status(); }}}}};
  life.world.events.insert(life.world.events.end(), events.begin(), events.end());
  life.world.events.push_back({10s, [] { send_signal(1, 15); }});
  return Start(life).run();
}

World::Event asks(Duration at, std::string words, uid_t uid = 0) {
  return {at, [words = std::move(words), uid] {
            speak_as(7, uid);
            send_request(words);
          }};
}
World::Event request_reads(Duration at) {
  return {at, [] { read_answer(); }};
}

void check_answer(const Outcome& out, std::string_view part) {
  INFO(text_of(out));
  CHECK(out.fault == "");
  CHECK(out.has_note(part));
}

}  // namespace

TEST_SUITE("system/requests") {
  TEST_CASE("each request gets the answer that it deserves") {
    struct {
      const char* words;
      uid_t uid;
      const char* answer;
    } const rows[] = {
        {"now", 0, "answer: done"},
        {"now\tweb", 0, "answer: done"},
        {"now\tnone", 0, "there is no check \"none\""},
        {"now\tweb", 1000, "only root may ask for that"},
        {"job\ttidy\t", 1000, "only root may ask for that"},
        {"job\ttiby\t", 0, "did you mean \"tidy\"?"},
        {"job\ttidy\tnobody-listens", 0, "cannot connect to the client"},
        {"dance", 0, "another version of pintle"},
        {"", 0, "another version of pintle"},
    };
    for (const auto& row : rows) {
      CAPTURE(row.words);
      check_answer(request_life_with({asks(1s, row.words, row.uid), request_reads(2s)}),
                   row.answer);
    }
  }

  TEST_CASE("of a request that is too large nothing is taken, and the next one is") {
    const Outcome out = request_life_with({asks(1s, std::string(5000, 'x')), request_reads(2s),
                                           asks(2100ms, "now\tweb"), request_reads(3s)});
    check_answer(out, "answer: none");
    check_answer(out, "answer: done");
  }

  TEST_CASE("a client that goes away costs nobody anything") {
    // A new request closes the socket of the one before.
    const Outcome out =
        request_life_with({asks(1s, "now\tweb"), asks(1050ms, "now\tweb"), request_reads(2s)});
    check_answer(out, "answer: done");
  }

  TEST_CASE("one that asks when sixteen wait already is refused") {
    std::vector<World::Event> events;
    for (int i = 0; i < 17; ++i) events.push_back(asks(1s + Duration(i), "now\tweb"));
    events.push_back(request_reads(1100ms));
    events.push_back(asks(2s, "now\tweb"));
    events.push_back(request_reads(3s));
    const Outcome out = request_life_with(std::move(events));
    check_answer(out, "too many requests are in progress");
    check_answer(out, "answer: done");
  }

  TEST_CASE("a job that is asked for runs once, shows its output, and is answered at a stop") {
    const Outcome out = request_life_with({{1s,
                                            [] {
                                              speak_as(7, 0);
                                              ask_for_job("tidy");
                                            }},
                                           request_reads(2s)});
    check_answer(out, "job tidy: done");
    const Outcome stopping = request_life_with({{1s, [] { send_signal(1, 15); }},
                                                {1100ms,
                                                 [] {
                                                   speak_as(7, 0);
                                                   ask_for_job("tidy");
                                                 }},
                                                request_reads(1500ms)});
    check_answer(stopping, "the container is stopping");
  }

  TEST_CASE("descriptors that come with a request are closed") {
    const Outcome out =
        request_life_with({{1s, [] { send_descriptors_with("now\tweb"); }}, request_reads(2s)});
    check_answer(out, "status: running");
  }
}
