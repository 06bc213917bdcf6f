#include "hooks/condition.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace pintle;
using namespace pintle::hooks;
using config::Condition;
using Type = Condition::Type;

namespace {

Condition leaf(const char* name) {
  return {.type = Type::variable, .text = name};
}
Condition join(Type type, config::Conditions parts) {
  return {.type = type, .parts = std::move(parts)};
}

/// "yes" holds, "no" does not, anything else is not known.
std::optional<bool> knows(const Condition& one) {
  if (one.text == "yes") return true;
  if (one.text == "no") return false;
  return std::nullopt;
}

}  // namespace

TEST_SUITE("hooks/condition") {
  TEST_CASE("what is known decides, and what is not leaves it open") {
    const auto yes = leaf("yes");
    const auto no = leaf("no");
    const auto open = leaf("?");
    struct Row {
      Condition condition;
      std::optional<bool> expected;
    };
    const Row rows[] = {
        {yes, true},
        {no, false},
        {open, std::nullopt},
        {join(Type::negation, {yes}), false},
        {join(Type::negation, {open}), std::nullopt},
        {join(Type::all, {}), true},
        {join(Type::any, {}), false},
        {join(Type::all, {yes, yes}), true},
        {join(Type::all, {open, no}), false},
        {join(Type::all, {yes, open}), std::nullopt},
        {join(Type::any, {open, yes}), true},
        {join(Type::any, {no, open}), std::nullopt},
        {join(Type::any, {no, no}), false},
        {join(Type::all, {yes, join(Type::any, {no, join(Type::negation, {no})})}), true},
    };
    for (const Row& row : rows) CHECK(holds(row.condition, knows) == row.expected);
  }

  TEST_CASE("what is settled holds as before, without asking again for what was known") {
    const auto all = join(Type::all, {leaf("yes"), join(Type::negation, {leaf("no")}), leaf("?")});
    const Condition open = settled(all, knows);
    std::multiset<std::string> asked;
    for_leaves(open, [&](const Condition& one) { asked.insert(one.text); });
    CHECK(asked == std::multiset<std::string>{"?"});
    for (const bool value : {true, false}) {
      CHECK(holds(open, [&](const Condition&) { return std::optional(value); }) == value);
    }
    const auto nobody = [](const Condition&) -> std::optional<bool> { return std::nullopt; };
    CHECK(holds(settled(leaf("no"), knows), nobody) == false);
    CHECK(holds(settled(leaf("yes"), knows), nobody) == true);
  }

  TEST_CASE("every leaf is visited") {
    std::multiset<std::string> seen;
    for_leaves(join(Type::all, {leaf("a"), join(Type::negation, {leaf("b")}), leaf("a")}),
               [&](const Condition& one) { seen.insert(one.text); });
    CHECK(seen == std::multiset<std::string>{"a", "a", "b"});
  }
}
