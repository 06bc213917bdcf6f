// config/parse_failure.hpp - reads what is done when an attempt has failed, and when all have:
// `backoff` and `onFailure`.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

/// `backoff`: a word or an object.
void read_backoff(Reader& reader, const Node& node, Backoff& out);
extern const Form kBackoffForm;

/// `onFailure`, after everything else of the hook: a fallback takes its identity from it.
void read_on_failure(Reader& reader, const Node& node, Hook& out);
extern const Form kStepFailureForm;
extern const Form kJobFailureForm;
extern const Form kCheckFailureForm;

}  // namespace pintle::config
