// config/parse_order.hpp - reads `precedents`, `during` and `forEach`: when a hook runs relative to
// others, and for which files.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

void read_precedents(Reader& reader, const Node& node, Hook& out);
void read_during(Reader& reader, const Node& node, Hook& out);

void read_for_each(Reader& reader, const Node& node, Hook& out);
extern const Form kForEachForm;

}  // namespace pintle::config
