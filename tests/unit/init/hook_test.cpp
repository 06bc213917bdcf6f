#include "init/hook.hpp"

#include <doctest/doctest.h>

#include "world.hpp"

using namespace world;

TEST_SUITE("init/hook") {
  TEST_CASE("only a job that may overlap has further runs, with fallbacks of their own") {
    const auto hooks_of = [](const char* policy) {
      return model_of(fmt::format(R"({{"maintenance": [
          {{"id": "j", "command": "j", "schedule": {{"every": "1h"}},
            "concurrencyPolicy": "{}",
            "onFailure": {{"action": "fallback", "step": {{"id": "f", "command": "f"}}}}}},
          {{"id": "k", "command": "k", "schedule": {{"every": "1h"}}}}]}})",
                                  policy));
    };
    const config::Model forbidding = hooks_of("Forbid");
    const config::Model allowing = hooks_of("Allow");
    Hooks plain(forbidding);
    CHECK(std::distance(plain.begin(), plain.end()) == 3);
    Hooks many(allowing);
    CHECK(std::distance(many.begin(), many.end()) == 3 + 2 * (kMostRuns - 1));
    for (const Hook& hook : many) {
      if (hook.is_main() || !hook.is(config::Kind::job) || hook.id() != "j") continue;
      REQUIRE(hook.fallback != nullptr);
      CHECK(&hook.fallback->root() == &hook);
      CHECK(hook.fallback->is_further_run == hook.is_further_run);
    }
  }

  TEST_CASE("a child is found by its pid as long as it lives, main's too") {
    const config::Model model = model_of(R"({"steps": [{"id": "a", "command": "a"}]})");
    Hooks hooks(model);
    CHECK(hooks.find(7) == nullptr);
    hooks.at(0).run.state = Run::State::running;
    hooks.at(0).run.pid = 7;
    hooks.main().run.state = Run::State::running;
    hooks.main().run.pid = 8;
    CHECK(hooks.find(7) == &hooks.at(0));
    CHECK(hooks.find(8) == &hooks.main());
    hooks.at(0).run.note_end(0, 1s);
    CHECK(hooks.find(7) == nullptr);
  }
}
