#include "hooks/steps.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace pintle::hooks;

namespace {

using PrecedentLists = std::vector<std::vector<std::size_t>>;
using Numbers = std::vector<std::size_t>;

Graph graph_of(const PrecedentLists& all) {
  Graph graph;
  for (std::size_t i = 0; i < all.size(); ++i) graph.push_back({i, all[i]});
  return graph;
}

Numbers started(Steps& steps) {
  Numbers numbers;
  while (const auto step = steps.start_next()) numbers.push_back(*step);
  return numbers;
}

}  // namespace

TEST_SUITE("hooks/steps") {
  TEST_CASE("no step is no work") {
    Steps steps(graph_of({}), 1);
    CHECK(steps.all_done());
    CHECK_FALSE(steps.start_next());
  }

  TEST_CASE("a chain runs one by one, however many could run") {
    Steps steps(graph_of({{}, {0}, {1}}), 8);
    for (std::size_t step = 0; step < 3; ++step) {
      CHECK_FALSE(steps.all_done());
      CHECK(started(steps) == Numbers{step});
      CHECK(steps.state(step) == StepState::running);
      steps.finish(step, StepState::done);
      CHECK(steps.state(step) == StepState::done);
    }
    CHECK(steps.all_done());
  }

  TEST_CASE("free steps run in parallel, in the order of the text, up to the limit") {
    Steps steps(graph_of({{}, {}, {}, {}}), 2);
    CHECK(started(steps) == Numbers{0, 1});
    CHECK(started(steps).empty());
    CHECK_FALSE(steps.is_held_back(1));
    CHECK(steps.is_held_back(2));
    steps.finish(1, StepState::done);
    CHECK(started(steps) == Numbers{2});
    steps.finish(0, StepState::done);
    CHECK(started(steps) == Numbers{3});
    CHECK_FALSE(steps.all_done());
    steps.finish(2, StepState::done);
    steps.finish(3, StepState::done);
    CHECK(steps.all_done());
  }

  TEST_CASE("a step waits for all its precedents, also for later ones") {
    Steps steps(graph_of({{1, 2}, {}, {}}), 4);
    CHECK(started(steps) == Numbers{1, 2});
    CHECK_FALSE(steps.is_held_back(0));
    steps.finish(1, StepState::done);
    CHECK(started(steps).empty());
    steps.finish(2, StepState::done);
    CHECK(started(steps) == Numbers{0});
  }

  TEST_CASE("a precedent that is named twice counts once it is done") {
    Steps steps(graph_of({{}, {0, 0}}), 4);
    CHECK(started(steps) == Numbers{0});
    steps.finish(0, StepState::done);
    CHECK(started(steps) == Numbers{1});
  }

  TEST_CASE("after a failure those who wait for it never start, others may") {
    Steps steps(graph_of({{}, {0}, {}}), 1);
    CHECK(started(steps) == Numbers{0});
    steps.finish(0, StepState::failed);
    CHECK(steps.state(0) == StepState::failed);
    CHECK(started(steps) == Numbers{2});
    steps.finish(2, StepState::done);
    CHECK(started(steps).empty());
    CHECK(steps.state(1) == StepState::waiting);
    CHECK_FALSE(steps.all_done());
  }

  TEST_CASE("what is skipped does not start any more, and what runs goes on") {
    Steps steps(graph_of({{}, {0}, {0}}), 8);
    CHECK(started(steps) == Numbers{0});
    CHECK(steps.skip_next() == 1U);
    CHECK(steps.skip_next() == 2U);
    CHECK_FALSE(steps.skip_next());
    CHECK(steps.state(0) == StepState::running);
    CHECK(steps.state(1) == StepState::skipped);
    steps.finish(0, StepState::done);
    CHECK(started(steps).empty());
  }

  TEST_CASE("500 steps in a chain, or in a fan that closes again, all run once") {
    constexpr std::size_t kMany = 500;
    PrecedentLists chain(kMany);
    PrecedentLists fan(kMany + 2);
    for (std::size_t i = 1; i < kMany; ++i) chain[i] = {i - 1};
    for (std::size_t i = 1; i <= kMany; ++i) {
      fan[i] = {0};
      fan[kMany + 1].push_back(i);
    }
    for (const PrecedentLists& shape : {chain, fan}) {
      for (const std::size_t parallelism : {1U, 4U, 1000U}) {
        Steps steps(graph_of(shape), parallelism);
        Numbers open;
        std::size_t runs = 0;
        do {
          for (const std::size_t step : started(steps)) open.push_back(step);
          CHECK(open.size() <= parallelism);
          REQUIRE_FALSE(open.empty());
          steps.finish(open.back(), StepState::done);
          open.pop_back();
          ++runs;
        } while (!steps.all_done());
        CHECK(runs == shape.size());
      }
    }
  }
}
