// cli/plan_values.hpp - parameters and conditions of hooks as `pintle plan` shows them: as they
// were written.
#pragma once

#include <nlohmann/json.hpp>

#include "config/model.hpp"

namespace pintle::cli {

nlohmann::ordered_json value_json(const config::Value& value, const config::ParamSpec& spec);

nlohmann::ordered_json condition_json(const config::Condition& condition);

}  // namespace pintle::cli
