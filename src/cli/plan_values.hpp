// cli/plan_values.hpp - parameters and conditions of hooks as `pintle plan` shows them: as they
// were written.
#pragma once

#include <nlohmann/json.hpp>

#include "config/model.hpp"

namespace pintle::cli {

nlohmann::ordered_json field_json(const config::Field& field, const config::Form& form);

/// The variables by name, each with where its value comes from and what is special about it:
/// "defaultValue", "file /run/pw, secret", "required". No values.
nlohmann::ordered_json variables_json(const config::Variables& variables);

/// The mask, if it is not inherited, the variables, and whether the container's are among them.
void add_identity(const config::Identity& identity, const config::Model& model,
                  nlohmann::ordered_json& out);

/// What becomes of the words of the command line, and of signals, where it is not the usual.
void add_main_keys(const config::Main& main, nlohmann::ordered_json& out);

nlohmann::ordered_json arguments_json(const config::Arguments& arguments);

nlohmann::ordered_json condition_json(const config::Condition& condition);

}  // namespace pintle::cli
