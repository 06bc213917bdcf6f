// cli/status_json.hpp - parts of the status as JSON, for `pintle status` and `pintle health`.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "control/status.hpp"

namespace pintle::cli {

/// An array of all checks, with the last result of each.
nlohmann::ordered_json checks_json(const control::Status& status);

/// The JSON with indentation and a line end. Bytes that are not UTF-8 are replaced, since a message
/// may contain any.
std::string dump(const nlohmann::ordered_json& json);

}  // namespace pintle::cli
