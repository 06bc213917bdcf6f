// config/parse_hook.hpp - reads hooks: their keys, and the one action that each has.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

/// Reads an array of hooks, all of one kind, and appends them to `out`. `moment` is for shutdown
/// steps.
void read_hooks(Reader& reader, const Node& node, Kind kind, Moment moment, std::vector<Hook>& out);
template <Kind kind, Moment moment = Moment::before>
void read_model_hooks(Reader& reader, const Node& node, Model& out) {
  read_hooks(reader, node, kind, moment, out.hooks);
}

/// Reads one step that is in no list.
Hook read_step(Reader& reader, const Node& node);

/// Reads a step that is a fallback or a repair.
Hook read_fallback_hook(Reader& reader, const Node& node);

extern const Form kStepForm;
/// A step or a group of them.
extern const Form kListedStepForm;
extern const Form kCheckForm;
extern const Form kJobForm;
extern const Form kShutdownStepForm;
extern const Form kFallbackForm;
extern const Form kIdForm;

}  // namespace pintle::config
