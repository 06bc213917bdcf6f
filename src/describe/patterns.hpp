// describe/patterns.hpp - what the parser accepts, as regular expressions for the schema (ECMA-262,
// as JSON Schema has them). Only the parser checks what they cannot express, such as the longest
// duration.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pintle::describe {

/// Matches what check_expansion() accepts.
std::string expandable_pattern();
/// The same, with at least one `$`: what may be written instead of a number, a duration or a
/// boolean.
std::string variables_pattern();
/// Matches what looks_like_shell() accepts.
extern const std::string_view kShellLinePattern;

// Match what parse_duration(), parse_size() and Reader::mode() accept.
extern const std::string_view kDurationPattern;
extern const std::string_view kPositiveDurationPattern;
extern const std::string_view kSizePattern;
extern const std::string_view kModePattern;

/// Matches one of `words`, in upper or lower case.
std::string word_pattern(std::span<const std::string_view> words);

/// Matches what schedule::Cron::parse() accepts, and also ranges that end before they begin and
/// dates that never come.
std::string cron_pattern();

/// Matches what signal_number() knows.
std::string signal_pattern();
/// Matches every spelling of these signals, which are named like "SIGKILL".
std::string pattern_of_signals(std::span<const std::string_view> names);

}  // namespace pintle::describe
