#include "init/job_reply.hpp"

#include <doctest/doctest.h>

#include "init/copies.hpp"

using namespace pintle;
using namespace pintle::init;
using Kind = JobReply::Kind;

TEST_SUITE("init/job_reply") {
  TEST_CASE("a reply is read as it was written") {
    for (const Kind kind : {Kind::ran, Kind::refused, Kind::unknown, Kind::forbidden}) {
      const JobReply read = decode_job_reply(encode({kind, 137, "job j: done: a, b"}));
      CHECK(read.kind == kind);
      CHECK(read.code == 137);
      CHECK(read.line == "job j: done: a, b");
    }
  }

  TEST_CASE("what is no reply is a refusal in those words, and no line is more than one") {
    for (const char* text :
         {"too many are asking already", "", "ran", "ran\tx\tline", "ran\t1x\t"}) {
      CHECK(decode_job_reply(text).kind == Kind::refused);
    }
    CHECK(decode_job_reply("too many\nare asking").line == "too many\\nare asking");
    CHECK(decode_job_reply(encode({Kind::ran, 0, "a\tb\nc"})).line == "a\\tb\\nc");
  }

  TEST_CASE("only a run that succeeded is 0") {
    struct Row {
      Answer::Result result;
      int code;
      Kind kind;
      int expected;
    };
    using Result = Answer::Result;
    const Row rows[] = {
        {Result::done, 0, Kind::ran, 0},         {Result::failed, 3, Kind::ran, 3},
        {Result::failed, 143, Kind::ran, 143},   {Result::failed, 0, Kind::ran, 1},
        {Result::busy, 0, Kind::refused, 0},     {Result::not_running, 0, Kind::refused, 0},
        {Result::stopping, 0, Kind::refused, 0},
    };
    for (const Row& row : rows) {
      const JobReply reply = reply_to({1, row.result, 0, row.code}, "line");
      CHECK(reply.kind == row.kind);
      CHECK(reply.code == row.expected);
    }
  }
}

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
