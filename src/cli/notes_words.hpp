// cli/notes_words.hpp - notes on words that mean less than they seem to: braces that only a shell
// expands, and a user whose group only /etc/passwd knows.
#pragma once

#include <string>
#include <vector>

#include "config/model.hpp"

namespace pintle::cli {

/// What looks as if a shell expanded it, where none does: braces. A line each.
std::vector<std::string> notes_on_words(const config::Model& model);

/// Users by number that cannot be resolved with the /etc/passwd that is here. A line each.
std::vector<std::string> notes_on_users(const config::Model& model);

}  // namespace pintle::cli
