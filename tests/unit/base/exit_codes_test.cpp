#include "base/exit_codes.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string_view>

using namespace pintle;

TEST_SUITE("base/exit_codes") {
  TEST_CASE("the numbers are those that are documented") {
    struct Row {
      int code;
      std::string_view name;
    };
    const Row rows[] = {{0, "ok"},           {1, "unhealthy"},        {64, "usage"},
                        {70, "internal"},    {71, "cannot-fork"},     {78, "config"},
                        {80, "step-failed"}, {81, "liveness"},        {82, "unproven"},
                        {83, "refused"},     {126, "not-executable"}, {127, "not-found"}};
    REQUIRE(exit_codes().size() == std::size(rows));
    for (std::size_t i = 0; i < std::size(rows); ++i) {
      CAPTURE(rows[i].code);
      CHECK(static_cast<int>(exit_codes()[i].code) == rows[i].code);
      CHECK(exit_codes()[i].name == rows[i].name);
    }
  }

  TEST_CASE("the rows ascend, and each has a name and a meaning of its own") {
    std::set<std::string_view> names;
    std::set<std::string_view> meanings;
    int last = -1;
    for (const ExitCodeRow& row : exit_codes()) {
      CHECK(static_cast<int>(row.code) > last);
      last = static_cast<int>(row.code);
      CHECK(names.insert(row.name).second);
      CHECK(meanings.insert(row.meaning).second);
      CHECK_FALSE(row.meaning.empty());
    }
  }

  TEST_CASE("no code is one that Docker or a signal's death uses") {
    for (const ExitCodeRow& row : exit_codes()) {
      CHECK(static_cast<int>(row.code) != 2);    // reserved by HEALTHCHECK
      CHECK(static_cast<int>(row.code) != 125);  // docker run's own
      CHECK(static_cast<int>(row.code) < 128);
    }
  }
}
