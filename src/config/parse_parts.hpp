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

/// One array of hooks, all of one kind, appended to `out`.
void read_hooks(Reader& reader, const Node& node, Kind kind, std::vector<Hook>& out);

/// The built-in that a row reads; sets `hook.action`.
void read_directory(Reader& reader, const Node& node, Hook& hook);
void read_http(Reader& reader, const Node& node, Hook& hook);
void read_tcp(Reader& reader, const Node& node, Hook& hook);

/// `main`.
void read_main(Reader& reader, const Node& node, Main& out);

}  // namespace pintle::config
