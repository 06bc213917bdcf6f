#include "init/actions.hpp"

#include <doctest/doctest.h>

#include "config/schema.hpp"

using namespace pintle;

TEST_SUITE("init/actions") {
  TEST_CASE("a parameter has help and an example, and a pattern if its text is checked") {
    for (const config::ActionSpec* action : init::actions()) {
      for (const config::ParamSpec& spec : action->params) {
        CAPTURE(action->name);
        CAPTURE(spec.name);
        CHECK_FALSE(spec.help.empty());
        CHECK_FALSE(spec.example.empty());
        if (spec.type == config::ParamType::texts) continue;  // patterns, which none describes
        CHECK((spec.check == nullptr) == (spec.pattern == nullptr));
        if (spec.check != nullptr) CHECK(spec.check(std::string(spec.example)).empty());
      }
    }
  }

  TEST_CASE("the schema can be made of them") {
    CHECK(config::json_schema(init::actions()).find("\"action.wait\"") != std::string::npos);
  }
}
