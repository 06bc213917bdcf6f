#include "init/copies.hpp"

#include <doctest/doctest.h>

using namespace pintle;
using namespace pintle::init;

TEST_SUITE("init/copies") {
  TEST_CASE("only a job that may overlap has copies, with fallbacks of their own") {
    config::Model model;
    model.hooks.push_back({.kind = config::Kind::job, .id = "j", .fallback_hook = 2});
    model.hooks.push_back({.kind = config::Kind::job, .id = "k"});
    model.hooks.push_back({.id = "f", .is_fallback = true});
    add_copies(model);
    CHECK(model.hooks.size() == 3);
    model.hooks[0].job.concurrency = config::Concurrency::allow;
    add_copies(model);
    REQUIRE(model.hooks.size() == 3 + 2 * (kMostRuns - 1));
    for (std::size_t copy = 3; copy < model.hooks.size(); copy += 2) {
      CHECK(model.hooks[copy].copy_of == 0);
      CHECK(model.hooks[copy].fallback_hook == copy + 1);
      CHECK(model.hooks[copy + 1].is_fallback);
    }
  }
}
