// cli/notes_words.hpp - notes on words that mean less than they seem to: braces that only a shell
// expands, and a user whose group only /etc/passwd knows.
#pragma once

#include <string>
#include <vector>

#include "config/model.hpp"

namespace pintle::cli {

/// Notes on braces that only a shell would expand, where there is no shell. One line for each.
std::vector<std::string> notes_on_words(const config::Model& model);

/// Notes on users by number that the /etc/passwd of this image cannot resolve. One line for each.
std::vector<std::string> notes_on_users(const config::Model& model);

}  // namespace pintle::cli
