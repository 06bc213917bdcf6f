// config/parse_variables.hpp - reads `environment`: the variables of the top level, of main and of
// hooks.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

/// Returns the variables of an `environment` object before anything else is read, since other keys
/// may be written with them. Reports no problem: read_variables() does.
Variables peek_variables(const Node& node);

/// Reads an `environment` object, with every problem in it, and appends its variables to `out`.
void read_variables(Reader& reader, const Node& node, Variables& out);
extern const Form kVariablesForm;

/// Notes a problem at `node`, an `environment` object, if values need each other in a circle.
void refuse_circles(Reader& reader, const Node& node, const Variables& top, const Variables& own);

/// Returns true if a variable can have that name; otherwise notes a problem.
bool check_variable_name(Reader& reader, std::string_view name, Position at);
extern const Form kVariableNameForm;

}  // namespace pintle::config
