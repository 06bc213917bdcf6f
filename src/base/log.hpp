// base/log.hpp - writes one line for each event to stderr, for people (text) or machines (JSON).
// Only cli and init log; libraries return errors. Writing never blocks, because a full pipe must
// not keep PID 1 from reaping: a line that does not fit is dropped and counted.
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
/// The words for the levels in a config, in the order of Level.
inline constexpr std::string_view kLevelWords[] = {"debug", "info", "warn", "error"};
enum class Format : std::uint8_t { text, json };

/// What happened. `text` is one line for a person; the other members appear in JSON only.
struct Event {
  Level level = Level::info;
  std::string_view text{};
  std::string_view kind{};  ///< "step", "check", "job", "main"; may be empty
  std::string_view hook{};  ///< the hook's id
  int attempt = 0;          ///< from 1; 0 if the event is not about an attempt
  std::optional<int> exit_code{};
  std::optional<Duration> duration{};
  bool is_output = false;            ///< `text` is a line that the hook wrote
  bool is_partial = false;           ///< more of that line follows
  std::optional<Level> threshold{};  ///< replaces that of set_level()
  std::span<const std::pair<std::string, std::string>> fields{};
};

/// Opens stderr a second time, so that O_NONBLOCK does not affect the programs that share
/// descriptor 2. Call it before the process becomes non-dumpable (proc(5)).
void open() noexcept;

void set_level(Level level) noexcept;
void set_format(Format format) noexcept;
Level level() noexcept;

/// Writes `event` if its level is high enough. Never throws, never blocks.
void write(const Event& event) noexcept;
/// Writes `line`, which ends with a newline, as it is. Does not allocate.
void write_line(std::string_view line) noexcept;

void debug(std::string_view text) noexcept;
void info(std::string_view text) noexcept;
void warning(std::string_view text) noexcept;
void error(std::string_view text) noexcept;

/// How many lines could not be written since the start.
std::uint64_t dropped() noexcept;

/// The descriptor that open() made, so that a caller who closes the others can keep it; -1 if the
/// log uses descriptor 2.
int descriptor() noexcept;

std::optional<Level> parse_level(std::string_view word) noexcept;
std::optional<Format> parse_format(std::string_view word) noexcept;

/// The lines for `event`, without newlines; `now_milliseconds` counts from 1970 UTC. An event is
/// one line; if it is too long, its end is cut off, and JSON says "truncated". Output of a hook is
/// split into as many lines as necessary; in JSON all except the last say "partial". A line of JSON
/// is always valid JSON. Pure; write() uses it.
std::vector<std::string> format_lines(const Event& event, Format format,
                                      std::int64_t now_milliseconds);

}  // namespace pintle::log
