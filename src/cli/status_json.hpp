// cli/status_json.hpp - parts of the status as JSON, for `pintle status` and `pintle health`.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "control/status.hpp"

namespace pintle::cli {

/// An array of all checks, with what each said last.
nlohmann::ordered_json checks_json(const control::Status& status);

/// Indented, with a line break; bytes that are no UTF-8 are replaced, as a message may hold any.
std::string dump(const nlohmann::ordered_json& json);

}  // namespace pintle::cli
