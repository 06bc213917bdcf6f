// config/parse_output.hpp - reads what becomes of what a hook writes, and of what is said of it:
// `output` and `logging`.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

void read_output(Reader& reader, const Node& node, Hook& out);
extern const Form kOutputForm;
/// Of a step, which may set a variable too.
extern const Form kStepOutputForm;

void read_hook_logging(Reader& reader, const Node& node, Hook& out);
extern const Form kHookLoggingForm;

}  // namespace pintle::config
