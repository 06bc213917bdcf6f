// cli/plan_values.hpp - parameters and conditions of hooks as `pintle plan` shows them: as they
// were written.
#pragma once

#include <nlohmann/json.hpp>

#include "config/model.hpp"

namespace pintle::cli {

nlohmann::ordered_json field_json(const config::Field& field, const config::Form& form);

/// The variables by name, each with the source of its value and its properties: "defaultValue",
/// "file /run/pw, secret", "required". Without values.
nlohmann::ordered_json variables_json(const config::Variables& variables);

/// Adds the umask if it is set, the variables, and whether the environment of the container is
/// inherited.
void add_identity(const config::Identity& identity, const config::Model& model,
                  nlohmann::ordered_json& out);

/// Adds how the words of the command line and signals are used, where that is not the default.
void add_main_keys(const config::Main& main, nlohmann::ordered_json& out);

nlohmann::ordered_json arguments_json(const config::Arguments& arguments);

nlohmann::ordered_json condition_json(const config::Condition& condition);

/// What is demanded of the file of `command`, which may be nullptr, as "verify".
void add_verify(const config::Command* command, nlohmann::ordered_json& out);

/// The files of a hook that runs for each of them, in the words of the config.
nlohmann::ordered_json for_each_json(const config::ForEach& wanted);

}  // namespace pintle::cli
