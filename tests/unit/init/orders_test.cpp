// Every order of events: small configs, and whatever can happen to them up to a depth. What must
// hold is in orders_rules.cpp. PINTLE_ORDERS_DEPTH=N goes N deep, lets more happen, and tells how
// far it came.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "orders_explorer.hpp"

using namespace orders;

namespace {

/// Of several runs of a job that are alike it is no matter which one cannot be forked.
Scope widened(Scope scope, const Scene& scene) {
  if (!scene.has_copies()) scope.forks = Forks::fail_each;
  scope.ticks = true;
  scope.machine_sleeps = true;
  scope.many_die = true;
  return scope;
}

void explore(const Setup& setup, Scope scope, int depth) {
  const char* wanted = std::getenv("PINTLE_ORDERS_DEPTH");
  const auto began = std::chrono::steady_clock::now();
  const Scene scene(setup);
  if (wanted != nullptr) {
    depth = std::atoi(wanted);
    scope = widened(scope, scene);
  }
  const Found found = Explorer(scene, scope).explore(depth);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - began;
  if (wanted != nullptr) {
    fmt::print("{}\n  depth {}{}: {} states, {} moves, {} ends, {} compared, {:.1f} s\n",
               doctest::getContextOptions()->currentTest->m_name, found.depth,
               found.is_all ? " (all there are)" : "", found.states, found.moves, found.ends,
               found.compared, time.count());
  }
  std::string words;
  for (const std::string& line : found.words) words += "\n" + line;
  INFO(words);
  CHECK(found.fault == "");
  CHECK(found.states > 20);
}

}  // namespace

TEST_SUITE("init/orders") {
  TEST_CASE("steps in parallel, with retries, fallback and timeout") {
    explore({.config = R"({"steps":[
               {"id":"s","command":"x","retries":1,
                "onFailure":{"action":"fallback","step":{"id":"f","command":"x"}}},
               {"id":"t","command":"x","precedents":[],"timeout":"2s","onFailure":"continue"},
               {"id":"u","command":"x"}]})",
             .parallelism = 2},
            {.forks = Forks::fail_each, .machine_sleeps = true}, 10);
  }

  TEST_CASE("steps with conditions, and a total grace that is shorter than the kill delay") {
    explore({.config = R"({"steps":[
               {"id":"s","command":"x","condition":{"fileExists":"/x"},"timeout":"2s"},
               {"id":"t","command":"x","precedents":[]},
               {"id":"u","command":"x","precedents":["t"],"condition":"t"},
               {"id":"v","command":"x","precedents":[]}]})",
             .grace = 1s,
             .total = 3s,
             .parallelism = 2},
            {.forks = Forks::fail_each}, 8);
  }

  TEST_CASE("groups, and the steps of their `finally`") {
    explore({.config = R"({"steps":[
               {"id":"g","condition":{"fileExists":"/x"},
                "steps":[{"id":"s","command":"x"},
                         {"id":"h","steps":[{"id":"t","command":"x","retries":1}],
                          "finally":[{"id":"i","command":"x"}]}],
                "finally":[{"id":"f","command":"x","onFailure":"continue"}]},
               {"id":"u","command":"x"}]})",
             .grace = 2s,
             .total = 4s,
             .parallelism = 2},
            {.forks = Forks::fail_each}, 10);
  }

  TEST_CASE("a step that runs only during others") {
    explore({.config = R"({"steps":[
               {"id":"d","during":["s","t"],"command":"x","condition":{"fileExists":"/x"}},
               {"id":"s","command":"x"},{"id":"t","command":"x","precedents":["s"]},
               {"id":"u","command":"x"}]})",
             .parallelism = 1},
            {.forks = Forks::fail_each}, 10);
  }

  TEST_CASE("a step that runs once for each file, with attempts and a fallback of each") {
    explore({.config = R"({"steps":[
               {"id":"e","forEach":{"files":"/x/*"},"command":"x","retries":1,
                "condition":{"fileExists":"/x"},
                "onFailure":{"action":"fallback","step":{"id":"f","command":"x"}}},
               {"id":"u","command":"x"}]})"},
            {.forks = Forks::fail_each}, 10);
  }

  TEST_CASE("steps that run once for each file and continue after a failure, also at the end") {
    explore({.config = R"({"steps":[
               {"id":"e","forEach":{"files":"/x/*"},"command":"x","onFailure":"continue"}],
              "shutdown":{"before":[{"id":"b","forEach":{"files":"/x/*"},"command":"x"}]}})"},
            {.forks = Forks::fail_each}, 10);
  }

  TEST_CASE("only the steps, and no main") {
    explore({.config = R"({"steps":[{"id":"s","command":"x","retries":1,"timeout":"2s"}],
               "shutdown":{"before":[{"id":"b","command":"x"}],
                           "after":[{"id":"a","command":"x"}]}})",
             .ends_after_init = true},
            {.ticks = true, .machine_sleeps = true, .orphans = true}, 12);
  }

  TEST_CASE("a startup check, and one that ends main after a repair that did not help") {
    explore({.config = R"({"health":[
               {"id":"up","kind":"startup","command":"x","interval":"2s","failureThreshold":1},
               {"id":"c","kind":"liveness","command":"x","interval":"2s","timeout":"1s",
                "failureThreshold":1,"startPeriod":"0",
                "onFailure":{"action":"run","step":{"command":"x"},"then":"terminate"}}]})"},
            {.hurries = true}, 8);
  }

  TEST_CASE("a check that ends main, with steps before and after") {
    explore({.config = R"({"health":[
               {"id":"c","kind":"liveness","command":"x","interval":"2s","failureThreshold":1,
                "startPeriod":"0","onFailure":"terminate"}],
               "shutdown":{"before":[{"id":"b","command":"x"}],
                           "after":[{"id":"a","command":"x"}]}})"},
            {}, 8);
  }

  TEST_CASE("a job that forbids a second run, with retries, fallback and a starting deadline") {
    explore({.config = R"({"maintenance":[
               {"id":"j","command":"x","schedule":{"every":"3s"},"retries":1,"timeout":"2s",
                "startingDeadline":"2s",
                "onFailure":{"action":"fallback","step":{"id":"f","command":"x"}}}]})"},
            {.machine_sleeps = true, .requests = true}, 8);
  }

  TEST_CASE("a job that may run several times at once") {
    explore({.config = R"({"maintenance":[
               {"id":"j","command":"x","schedule":{"every":"2s"},"concurrencyPolicy":"Allow"}]})"},
            {.requests = true}, 8);
  }

  TEST_CASE("a job that replaces its last run, and waits until main is ready") {
    explore({.config = R"({"maintenance":[
               {"id":"j","command":"x","schedule":{"every":"3s"},
                "concurrencyPolicy":"Replace","when":"ready","startingDeadline":"1s",
                "onFailure":{"action":"fallback","step":{"id":"f","command":"x"}}}]})"},
            {.requests = true, .words = true}, 8);
  }

  TEST_CASE("steps before and after main, with retries, fallback and timeout") {
    explore({.config = R"({"shutdown":{
               "before":[{"id":"b","command":"x","retries":1,"timeout":"2s",
                          "onFailure":{"action":"fallback","step":{"id":"f","command":"x"}}},
                         {"id":"d","command":"x","precedents":[]}],
               "after":[{"id":"a","command":"x","retries":1}]}})"},
            {}, 8);
  }

  TEST_CASE("steps before and after main side by side") {
    explore({.config = R"({"shutdown":{
               "before":[{"id":"b","command":"x"},{"id":"d","command":"x","precedents":[]}],
               "after":[{"id":"a","command":"x","timeout":"2s"}]}})",
             .parallelism = 2},
            {}, 8);
  }

  TEST_CASE("a job that goes on until main has ended beside steps before and after") {
    explore({.config = R"({"maintenance":[
               {"id":"j","command":"x","schedule":{"every":"3s"},"afterMain":true,"retries":1}],
               "shutdown":{"before":[{"id":"b","command":"x"}],
                           "after":[{"id":"a","command":"x"}]}})"},
            {}, 8);
  }

  TEST_CASE("jobs that are ended before main, and main that asks for more time") {
    explore({.config = R"({"maintenance":[
               {"id":"j","command":"x","schedule":{"every":"3s"},"runOnStart":true},
               {"id":"k","command":"x","schedule":{"every":"1h"},"timeout":"2s"}]})"},
            {.other_signals = true, .requests = true, .extensions = true, .main_stops = true}, 8);
  }

  TEST_CASE("no main, but jobs and steps before and after the end of a pause") {
    explore({.config = R"({"main":{"pause":true},
               "maintenance":[{"id":"j","command":"x","schedule":{"every":"3s"}}],
               "shutdown":{"before":[{"id":"b","command":"x"}],
                           "after":[{"id":"a","command":"x","timeout":"2s"}]}})",
             .grace = 1s,
             .total = 3s,
             .pauses = true},
            {.requests = true}, 8);
  }

  TEST_CASE("a step, a check with a repair, a job, and a step before main's stop") {
    explore({.config = R"({"steps":[{"id":"s","command":"x"}],
               "health":[{"id":"c","kind":"liveness","command":"x","interval":"4s",
                 "failureThreshold":1,"startPeriod":"0",
                 "onFailure":{"action":"run","step":{"command":"x"},"then":"terminate"}}],
               "maintenance":[{"id":"j","command":"x","schedule":{"every":"4s"},"when":"healthy"}],
               "shutdown":{"before":[{"id":"b","command":"x"}]}})"},
            {.forks = Forks::succeed}, 8);
  }

  TEST_CASE("without an end of grace nothing is killed") {
    explore({.config = R"({"maintenance":[{"id":"j","command":"x","schedule":{"every":"3s"}}],
               "shutdown":{"after":[{"id":"a","command":"x"}]}})",
             .grace = {},
             .total = {}},
            {.orphans = true}, 8);
  }

  TEST_CASE("what main leaves behind, also when nothing ends it") {
    for (const bool is_pid1 : {true, false}) {
      for (const bool are_stuck : {true, false}) {
        CAPTURE(is_pid1);
        CAPTURE(are_stuck);
        explore({.config = R"({"maintenance":[
                   {"id":"j","command":"x","schedule":{"every":"3s"}}]})",
                 .is_pid1 = is_pid1},
                {.ticks = true,
                 .many_die = true,
                 .main_stops = true,
                 .orphans = true,
                 .orphans_are_stuck = are_stuck},
                8);
      }
    }
  }
}
