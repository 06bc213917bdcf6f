// base/log.hpp - one line an event on stderr, for people (text) or machines (JSON). Only cli and
// init log; libraries return errors. Writing never blocks: a pipe that nobody reads must not
// keep PID 1 from reaping, so a line that does not fit is dropped and counted.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace pintle::log {

enum class Level : std::uint8_t { debug, info, warning, error };
enum class Format : std::uint8_t { text, json };

/// What happened: `text` is one line for a person, the others are for machines (JSON) only.
struct Event {
  Level level = Level::info;
  std::string_view text{};
  std::string_view kind{};  ///< "step", "check", "job", "main" or nothing
  std::string_view hook{};  ///< its id
  int attempt = 0;          ///< from 1; 0: not an attempt
  std::optional<int> exit_code{};
  std::optional<Duration> duration{};
  bool is_output = false;            ///< `text` is a line that the hook wrote
  bool is_partial = false;           ///< more of that line follows
  std::optional<Level> threshold{};  ///< counts instead of the general one
  std::span<const std::pair<std::string, std::string>> fields{};
};

/// Takes a view of stderr of its own, so that O_NONBLOCK set on it does not reach the programs
/// that share descriptor 2. Call it before the process becomes non-dumpable (proc(5)).
void open() noexcept;

void set_level(Level level) noexcept;
void set_format(Format format) noexcept;
Level level() noexcept;

/// Writes `event` if its level is high enough. Never throws, never blocks.
void write(const Event& event) noexcept;
/// The same for a line as it is, with its newline, which takes no memory.
void write_line(std::string_view line) noexcept;

void debug(std::string_view text) noexcept;
void info(std::string_view text) noexcept;
void warning(std::string_view text) noexcept;
void error(std::string_view text) noexcept;

/// How many lines could not be written since the start.
std::uint64_t dropped() noexcept;

/// The descriptor that open() made, for those that close the others; -1 if it uses 2 itself.
int descriptor() noexcept;

std::optional<Level> parse_level(std::string_view word) noexcept;
std::optional<Format> parse_format(std::string_view word) noexcept;

/// The lines for `event`, without newlines; `now_milliseconds` counts from 1970 UTC. One line, of
/// which what has no room is cut off, in JSON marked as "truncated"; of a line that a hook wrote as
/// many as it takes, of which all but the last are marked as "partial" in JSON. A line of JSON is
/// always whole. Pure; write() uses it.
std::vector<std::string> format_lines(const Event& event, Format format,
                                      std::int64_t now_milliseconds);

}  // namespace pintle::log
