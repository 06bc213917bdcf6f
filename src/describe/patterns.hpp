// describe/patterns.hpp - what the parser takes, as regular expressions for the schema (ECMA-262,
// as JSON Schema has them). What they cannot say, such as the longest duration, the parser knows.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pintle::describe {

/// What check_expansion() takes.
std::string expandable_pattern();
/// The same with a `$` in it: what may stand where a number, a duration or a boolean is meant.
std::string variables_pattern();
/// What looks_like_shell().
extern const std::string_view kShellLinePattern;

// Those of parse_duration(), parse_size(), Reader::mode().
extern const std::string_view kDurationPattern;
extern const std::string_view kPositiveDurationPattern;
extern const std::string_view kSizePattern;
extern const std::string_view kModePattern;

/// One of `words`, in any case.
std::string word_pattern(std::span<const std::string_view> words);

/// What schedule::Cron::parse() takes, but for ranges that end before they begin and dates that
/// never come.
std::string cron_pattern();

/// What signal_number() knows.
std::string signal_pattern();
/// Every spelling of these, which are named "SIGKILL".
std::string pattern_of_signals(std::span<const std::string_view> names);

}  // namespace pintle::describe
