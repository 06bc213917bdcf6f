// Configs with one job, and a world in which main runs beside it.
#pragma once

#include <string>

#include "world.hpp"

namespace world {

inline std::string job(std::string_view more) {
  return fmt::format(
      R"({{"maintenance":[{{"id":"j","command":"j","schedule":{{"every":"10s"}},{}}}]}})", more);
}
inline std::string ready_check(std::string_view more) {
  return fmt::format(R"({{"health":[{{"id":"c","command":"c","interval":"1h","timeout":"1h"}}],
    "maintenance":[{{"id":"j","command":"j","schedule":{{"every":"10s"}},{}}}]}})",
                     more);
}

struct Started : World {
  explicit Started(std::string_view config, Rules rules = rules_of())
      : World(config, std::move(rules)) {
    (void)done();
  }
  const Job& job() { return hook("j").job(); }
};

}  // namespace world
