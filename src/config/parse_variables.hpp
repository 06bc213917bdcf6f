// config/parse_variables.hpp - reads `environment`: the variables of the top level, of main and of
// hooks.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

/// The variables of an `environment` object, ahead of everything that is written with them, and
/// without a word about what is wrong there.
Variables peek_variables(const Node& node);

/// The same with every problem, appended to `out`.
void read_variables(Reader& reader, const Node& node, Variables& out);
extern const Form kVariablesForm;

/// Notes a problem at `node`, an `environment` object, if values need each other in a circle.
void refuse_circles(Reader& reader, const Node& node, const Variables& top, const Variables& own);

/// False, and a problem, if no variable can have that name.
bool check_variable_name(Reader& reader, std::string_view name, Position at);
extern const Form kVariableNameForm;

}  // namespace pintle::config
