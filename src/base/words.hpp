// base/words.hpp - splits a text into words with the quoting of POSIX sh (XCU 2.2). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pintle {

/// The words of `text`, which blanks and newlines separate. Single quotes keep everything; double
/// quotes keep everything but \", \\, \$ and \`; outside of them a backslash keeps the next byte.
/// Nothing is expanded. Errors: a quote that is not closed, a backslash at the end.
Result<std::vector<std::string>> split_words(std::string_view text);

}  // namespace pintle
