// Each life goes as it should when nothing fails.
#include <doctest/doctest.h>

#include "rules.hpp"

using namespace seam;

TEST_SUITE("system/lives") {
  TEST_CASE("each life ends as it should") {
    for (const Life& life : lives()) {
      CAPTURE(life.name);
      const Start start(life);
      const Outcome out = start.run();
      INFO(text_of(out));
      CHECK(out.fault == "");
      CHECK(out.code == life.code);
      for (const std::string& part : life.says) {
        CAPTURE(part);
        CHECK(out.has_line(part));
      }
      for (const std::string& part : life.notes) {
        CAPTURE(part);
        CHECK(out.has_note(part));
      }
    }
  }
}
