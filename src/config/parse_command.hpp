// config/parse_command.hpp - reads `command` and `arguments`, of hooks and of main.
#pragma once

#include "config/parse_verify.hpp"
#include "config/reader.hpp"

namespace pintle::config {

/// Call it when all keys of `node` are read. Decides whether the command is a line for the shell.
void finish_command(Reader& reader, const Node& node, Command& out);

/// True if `command` has white space or shell syntax. If there is no key `arguments`, it is then a
/// line for the shell.
bool looks_like_shell(std::string_view command) noexcept;

/// Reads an array of strings, of strings to split into words, and of choices by a condition.
std::optional<Arguments> read_arguments(Reader& reader, const Node& node);
extern const Form kArgumentsForm;

/// The rule that `arguments` need a `command`.
inline constexpr std::string_view kArgumentsNeedCommand[] = {"arguments", "command"};
inline constexpr Rule kCommandRules[] = {{Rule::Type::needs, kArgumentsNeedCommand}, kVerifyRule};

}  // namespace pintle::config
