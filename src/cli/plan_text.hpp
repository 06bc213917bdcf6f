// cli/plan_text.hpp - the plan for people.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace pintle::cli {

/// What `pintle plan --json` says, as lines: what each hook does, and below it what to know of it.
std::string plan_text(const nlohmann::ordered_json& plan);

}  // namespace pintle::cli
