// cli/plan_text.hpp - the plan as text for people.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace pintle::cli {

/// Returns the plan as lines: for each hook what it does, and below that its further settings.
std::string plan_text(const nlohmann::ordered_json& plan);

}  // namespace pintle::cli
