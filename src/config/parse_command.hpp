// config/parse_command.hpp - reads `command` and `arguments`, of hooks and of main.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

/// Decides, when all keys of `node` are read, whether its command is a line for the shell.
void finish_command(Reader& reader, const Node& node, Command& out);

/// True when `command` has white space or shell syntax in it; without the key `arguments` it is
/// then a line for the shell.
bool looks_like_shell(std::string_view command) noexcept;

/// An array of texts, of texts to split into words, and of choices.
std::optional<Arguments> read_arguments(Reader& reader, const Node& node);
extern const Form kArgumentsForm;

/// `arguments` belong to `command`.
inline constexpr std::string_view kArgumentsNeedCommand[] = {"arguments", "command"};
inline constexpr Rule kCommandRules[] = {{Rule::Type::needs, kArgumentsNeedCommand}};

}  // namespace pintle::config
