// config/parse_main.hpp - reads `main`: the container's main process.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

void read_main(Reader& reader, const Node& node, Model& out);
extern const Form kMainForm;

}  // namespace pintle::config
