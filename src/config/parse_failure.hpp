// config/parse_failure.hpp - reads `backoff`, the wait after a failed attempt, and `onFailure`,
// what follows when all attempts have failed.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

/// Reads `backoff`: a keyword or an object.
void read_backoff(Reader& reader, const Node& node, Backoff& out);
extern const Form kBackoffForm;

/// Reads `onFailure`. It must be read last, since a fallback takes the identity of the hook.
void read_on_failure(Reader& reader, const Node& node, Hook& out);
extern const Form kStepFailureForm;
extern const Form kJobFailureForm;
extern const Form kCheckFailureForm;

}  // namespace pintle::config
