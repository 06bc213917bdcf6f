#include "control/job_reply.hpp"

#include <doctest/doctest.h>

using namespace pintle;
using namespace pintle::control;
using Kind = JobReply::Kind;

TEST_SUITE("control/job_reply") {
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
         {"too many requests are in progress", "", "ran", "ran\tx\tline", "ran\t1x\t"}) {
      CHECK(decode_job_reply(text).kind == Kind::refused);
    }
    CHECK(decode_job_reply("too many\nare asking").line == "too many\\nare asking");
    CHECK(decode_job_reply(encode({Kind::ran, 0, "a\tb\nc"})).line == "a\\tb\\nc");
  }
}
