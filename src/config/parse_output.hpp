// config/parse_output.hpp - reads `output`, where the output of a hook goes, and `logging`, which
// lines about it are logged.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

void read_output(Reader& reader, const Node& node, Hook& out);
extern const Form kOutputForm;
/// The form for a step, which may also set a variable.
extern const Form kStepOutputForm;

void read_hook_logging(Reader& reader, const Node& node, Hook& out);
extern const Form kHookLoggingForm;

}  // namespace pintle::config
