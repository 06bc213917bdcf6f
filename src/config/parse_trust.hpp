// config/parse_trust.hpp - reads `trust`: what must be proven before anything else runs.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

/// Reads the object and appends the step that proves it to Model::hooks.
void read_trust(Reader& reader, const Node& node, Model& out);

extern const Form kTrustForm;

}  // namespace pintle::config
