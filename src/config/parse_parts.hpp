// config/parse_parts.hpp - the pieces that parse.cpp puts together: variables, actions, hooks.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

/// An `environment` object.
void read_variables(Reader& reader, const Node& node, Variables& out);

/// An array of words.
std::optional<std::vector<std::string>> read_arguments(Reader& reader, const Node& node);

/// True when `command` has white space or shell syntax in it; without the key `arguments` it is
/// then a line for the shell (design section 2, "Commands").
bool looks_like_shell(std::string_view command) noexcept;

/// What the built-ins are; injected, because they stand with what they do.
using ActionSpecs = std::span<const ActionSpec* const>;

/// One array of hooks, all of one kind, appended to `out`.
void read_hooks(Reader& reader, const Node& node, Kind kind, ActionSpecs actions,
                std::vector<Hook>& out);

/// One hook of `kind`.
Hook read_hook(Reader& reader, const Node& node, Kind kind, ActionSpecs actions);

/// `onFailure`, after everything else of the hook: a fallback takes its identity from it.
void read_on_failure(Reader& reader, const Node& node, Hook& out, ActionSpecs actions);

/// The use of a built-in.
Builtin read_builtin(Reader& reader, const Node& node, const ActionSpec& action);

/// `condition`: the id of a step, or an object.
std::optional<Condition> read_condition(Reader& reader, const Node& node);

/// `backoff`: a word or an object.
void read_backoff(Reader& reader, const Node& node, Backoff& out);

inline constexpr std::string_view kImageModes[] = {"layered", "prebuilt"};

/// A key that main and every hook have; false: it is none of those, whose names are then in
/// `known`.
bool read_identity_key(Reader& reader, const Member& member, Identity& out,
                       std::vector<KeyName>& known);

/// `main`.
void read_main(Reader& reader, const Node& node, Main& out);

}  // namespace pintle::config
