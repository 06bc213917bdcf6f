#include "hooks/plan.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

using namespace pintle;
using namespace pintle::config;
using namespace pintle::hooks;

namespace {

using Ids = std::vector<std::string>;
using Positions = std::vector<std::size_t>;

struct Step {
  const char* id;
  std::optional<Ids> precedents{};
};

Model model_of(const std::vector<Step>& steps) {
  Model model;
  for (const Step& step : steps) {
    const std::size_t number = model.hooks.size();
    Hook hook{.id = step.id, .at = {number + 1, 1}};
    hook.pointer = "/steps/" + std::to_string(number);
    if (step.precedents) {
      auto& precedents = hook.as<StepPolicy>().precedents.emplace();
      for (const std::string& id : *step.precedents) {
        precedents.push_back({id, {number + 1, 20}, hook.pointer + "/precedents/0"});
      }
    }
    model.hooks.push_back(hook);
  }
  return model;
}

std::vector<Positions> good(const std::vector<Step>& steps) {
  Problems problems;
  const Plan plan = make_plan(model_of(steps), ImageMode::layered, problems);
  for (const Problem& problem : problems) FAIL_CHECK(problem.message);
  std::vector<Positions> precedents;
  for (const PlannedStep& step : plan.steps) precedents.push_back(step.precedents);
  return precedents;
}

Ids problems_of(const std::vector<Step>& steps) {
  Problems problems;
  (void)make_plan(model_of(steps), ImageMode::layered, problems);
  Ids lines;
  for (const Problem& problem : problems) lines.push_back(format_problem(problem, "f"));
  return lines;
}

}  // namespace

TEST_SUITE("hooks/plan") {
  TEST_CASE("the precedents of every step follow from its place and its words") {
    struct Row {
      const char* what;
      std::vector<Step> steps;
      std::vector<Positions> precedents;
    };
    const Row rows[] = {
        {"nothing", {}, {}},
        {"one", {{"a"}}, {{}}},
        {"listed order", {{"a"}, {"b"}, {"c"}}, {{}, {0}, {1}}},
        {"at once", {{"a"}, {"b", Ids{}}}, {{}, {}}},
        {"named", {{"a", Ids{}}, {"b", Ids{}}, {"c", Ids{"a", "b"}}}, {{}, {}, {0, 1}}},
        {"forwards", {{"a", Ids{"b"}}, {"b", Ids{}}}, {{1}, {}}},
        {"one that named its own is no link of the chain",
         {{"a"}, {"b", Ids{}}, {"c"}},
         {{}, {}, {1, 0}}},
        {"named twice", {{"a"}, {"b", Ids{"a", "a"}}}, {{}, {0}}},
        {"all that named theirs are waited for",
         {{"a", Ids{}}, {"b", Ids{}}, {"c"}},
         {{}, {}, {1, 0}}},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      CHECK(good(row.steps) == row.precedents);
    }
  }

  TEST_CASE("checks and jobs are no steps") {
    Model model = model_of({{"a"}, {"b"}, {"c"}});
    model.hooks[0].policy = CheckPolicy{};
    model.hooks[1].policy = JobPolicy{};
    Problems problems;
    const Plan plan = make_plan(model, ImageMode::layered, problems);
    REQUIRE(plan.steps.size() == 1);
    CHECK(plan.steps[0].hook == 2);
    CHECK(plan.steps[0].precedents.empty());
  }

  TEST_CASE("an unknown precedent is a problem at its place, with a guess") {
    CHECK(problems_of({{"database"}, {"b", Ids{"databse"}}}) ==
          Ids{"f:2:20: /steps/1/precedents/0: there is no step \"databse\"; did you mean "
              "\"database\"?"});
    CHECK(problems_of({{"a"}, {"b", Ids{"something", ""}}}) ==
          Ids{"f:2:20: /steps/1/precedents/0: there is no step \"something\"",
              "f:2:20: /steps/1/precedents/0: there is no step \"\""});
    Model model = model_of({{"a", Ids{"check"}}, {"check"}});
    model.hooks[1].policy = CheckPolicy{};
    Problems problems;
    (void)make_plan(model, ImageMode::layered, problems);
    CHECK(problems.size() == 1);
  }

  TEST_CASE("a cycle is printed, whatever its length") {
    struct Row {
      std::vector<Step> steps;
      const char* cycle;
    };
    const Row rows[] = {
        {{{"a", Ids{"a"}}}, "a → a"},
        {{{"a", Ids{"b"}}, {"b", Ids{"a"}}}, "a → b → a"},
        {{{"a", Ids{"c"}}, {"b", Ids{"a"}}, {"c", Ids{"b"}}}, "a → b → c → a"},
        {{{"x", Ids{}}, {"a", Ids{"b", "x"}}, {"b", Ids{"x", "a"}}}, "a → b → a"},
        {{{"a", Ids{"b"}}, {"b"}}, "a → b → a"},
    };
    for (const Row& row : rows) {
      const Ids lines = problems_of(row.steps);
      REQUIRE(lines.size() == 1);
      CAPTURE(lines[0]);
      CHECK(lines[0].find(row.cycle) != std::string::npos);
    }
  }

  TEST_CASE("shutdown steps have lists of their own, and know nothing of the others") {
    Model model;
    const auto add = [&](const char* id, config::Policy policy) {
      model.hooks.push_back({.policy = std::move(policy), .id = id});
    };
    const ShutdownPolicy before{.moment = Moment::before};
    add("s", StepPolicy{});
    add("b1", before);
    add("a", ShutdownPolicy{.moment = Moment::after});
    add("b2", before);
    Problems problems;
    const Plan plan = make_plan(model, ImageMode::layered, problems);
    CHECK(problems.empty());
    REQUIRE(plan.steps.size() == 1);
    REQUIRE(plan.before.size() == 2);
    REQUIRE(plan.after.size() == 1);
    CHECK(plan.before[1].hook == 3);
    CHECK(plan.before[1].precedents == std::vector<std::size_t>{0});
    CHECK(plan.after[0].precedents.empty());
    model.hooks[2].as<ShutdownPolicy>().precedents.emplace();
    model.hooks[2].as<ShutdownPolicy>().precedents->push_back({"b1", {}, {}});
    (void)make_plan(model, ImageMode::layered, problems);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].message == "there is no step \"b1\"");
  }

  TEST_CASE("a step that runs during others cannot be named by another one of that kind") {
    Model model;
    for (const char* id : {"a", "b", "c"}) model.hooks.push_back({.id = id});
    model.hooks[0].as<StepPolicy>().during.emplace().push_back({"b", {}, "/steps/0/during/0"});
    model.hooks[1].as<StepPolicy>().during.emplace().push_back({"c", {}, {}});
    Problems problems;
    (void)make_plan(model, ImageMode::layered, problems);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].message == "\"b\" runs only during other steps itself; name those steps");
    CHECK(problems[0].pointer == "/steps/0/during/0");
  }

  TEST_CASE("a long chain, a long cycle and a wide fan are no trouble") {
    constexpr std::size_t kMany = 5000;
    Model model;
    for (std::size_t i = 0; i < kMany; ++i) {
      Hook hook{.id = "s" + std::to_string(i)};
      const std::string next = "s" + std::to_string((i + 1) % kMany);
      auto& precedents = hook.as<StepPolicy>().precedents.emplace();
      if (i + 1 < kMany) precedents.push_back({next, {}, {}});
      model.hooks.push_back(hook);
    }
    Problems problems;
    (void)make_plan(model, ImageMode::layered, problems);
    CHECK(problems.empty());
    model.hooks.back().as<StepPolicy>().precedents->push_back({"s0", {}, {}});
    (void)make_plan(model, ImageMode::layered, problems);
    CHECK(problems.size() == 1);
  }

  TEST_CASE("every step waits for the proof of the config, whatever precedents it names") {
    Model model = model_of({{"trust"}, {"a", Ids{}}, {"b", Ids{"a"}}, {"c"}});
    model.hooks[0].pointer = "/trust/manifest";
    Problems problems;
    const Plan plan = make_plan(model, ImageMode::layered, problems);
    CHECK(problems.empty());
    CHECK(plan.steps[0].precedents.empty());
    CHECK(plan.steps[1].precedents == Positions{0});
    CHECK(plan.steps[2].precedents == Positions{0, 1});
    CHECK(plan.steps[3].precedents.front() == 0);
  }
}
