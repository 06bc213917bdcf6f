#include "base/log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <exception>
#include <string>

#include "base/text.hpp"

namespace pintle::log {
namespace {

struct FormatRow {
  std::string_view name;
  Level level;
};
constexpr FormatRow kLevels[] = {{"debug", Level::debug},
                                 {"info", Level::info},
                                 {"warn", Level::warning},
                                 {"warning", Level::warning},
                                 {"error", Level::error}};

struct State {
  Level level = Level::info;
  Format format = Format::text;
  int fd = STDERR_FILENO;
  bool is_socket = false;
  bool may_block = true;
  std::uint64_t dropped = 0;
  std::uint64_t reported = 0;
};
State state;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

/// poll(2) reports a pipe as writable if it has room for PIPE_BUF bytes, so a line of at most that
/// size does not block.
bool has_room() noexcept {
  pollfd target{state.fd, POLLOUT, 0};
  return ::poll(&target, 1, 0) == 1 && (target.revents & POLLOUT) != 0;
}

bool put(std::string_view line) noexcept {
  if (state.is_socket) {
    const auto sent = ::send(state.fd, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent == static_cast<ssize_t>(line.size());
  }
  if (state.may_block && !has_room()) return false;
  ssize_t written = 0;
  do written = ::write(state.fd, line.data(), line.size());
  while (written < 0 && errno == EINTR);
  return written == static_cast<ssize_t>(line.size());
}

/// The longest line without its newline: a pipe takes PIPE_BUF bytes at once, pipe(7).
constexpr std::size_t kLongest = PIPE_BUF - 1;

void put_or_count(std::string line) {
  if (line.size() > kLongest) line.resize(kLongest);
  line += '\n';
  if (!put(line)) ++state.dropped;
}

void report_dropped(std::int64_t now) {
  if (state.dropped == state.reported) return;
  const std::uint64_t before = state.dropped;
  const std::string text =
      fmt::format("{} log lines were dropped: stderr accepted no more", before - state.reported);
  put_or_count(format_lines({.level = Level::warning, .text = text}, state.format, now).front());
  if (state.dropped == before) {
    state.reported = before;
  } else {
    state.dropped = before;  // the report itself does not count
  }
}

/// The largest size of all fields of an event together: it leaves room for the message.
constexpr std::size_t kMostOfFields = 2048;
constexpr std::string_view kCut = "...";

/// Removes the first character of `text` and returns it as it is written in a JSON string, RFC
/// 8259. A byte that is not UTF-8 becomes U+FFFD.
std::string take_json(std::string_view& text) {
  const std::size_t length = utf8_length(text);
  const auto byte = static_cast<unsigned char>(text.front());
  std::string out;
  if (length == 0) {
    out = "\\ufffd";
  } else if (byte == '"' || byte == '\\') {
    out = {'\\', text.front()};
  } else if (byte < 0x20 || byte == 0x7f) {
    out = fmt::format("\\u{:04x}", byte);
  } else {
    out = text.substr(0, length);
  }
  text.remove_prefix(std::max<std::size_t>(length, 1));
  return out;
}

/// The same, written as by one_line().
std::string take_text(std::string_view& text) {
  const std::size_t length = std::max<std::size_t>(utf8_length(text), 1);
  std::string out = one_line(text.substr(0, length));
  text.remove_prefix(length);
  return out;
}

using Take = std::string (*)(std::string_view& text);

/// Removes from `text` as many characters as fit into `limit` bytes; returns them as `take` writes
/// them.
std::string take_fitting(std::string_view& text, std::size_t limit, Take take) {
  std::string out;
  for (std::string_view rest = text; !rest.empty(); text = rest) {
    const std::string one = take(rest);
    if (out.size() + one.size() > limit) break;
    out += one;
  }
  return out;
}

/// A JSON string of at most `limit` bytes; sets `is_cut` if a part of `text` is missing.
std::string json_string(std::string_view text, std::size_t limit, bool& is_cut) {
  const std::size_t room = limit - std::min(limit, 2 + kCut.size());
  std::string out = take_fitting(text, room, take_json);
  if (!text.empty()) {
    is_cut = true;
    out += kCut;
  }
  return fmt::format("\"{}\"", out);
}

std::string with_milliseconds(std::int64_t milliseconds) {
  std::string text = rfc3339(milliseconds / 1000);
  text.pop_back();
  return fmt::format("{}.{:03}Z", text, milliseconds % 1000);
}

std::string_view name_of(Level level) noexcept {
  for (const FormatRow& row : kLevels) {
    if (row.level == level) return row.name;
  }
  return "info";
}

/// The member "fields" with the fields that fit; "" if the event has none.
std::string json_fields(const Event& event, bool& is_cut) {
  std::string fields;
  for (const auto& [name, value] : event.fields) {
    const std::size_t room = kMostOfFields - std::min(kMostOfFields, fields.size());
    const std::string key = json_string(name, room / 2, is_cut);
    if (key.size() + kCut.size() + 4 > room / 2) {
      is_cut = true;
      break;
    }
    fields += fmt::format("{}{}:{}", fields.empty() ? "" : ",", key,
                          json_string(value, room - key.size() - 2, is_cut));
  }
  return event.fields.empty() ? std::string() : fmt::format(R"(,"fields":{{{}}})", fields);
}

/// The members after the message.
std::string json_rest(const Event& event, bool& is_cut) {
  constexpr std::size_t kLongestName = 256;
  std::string rest;
  const auto add_name = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    rest += fmt::format(R"(,"{}":{})", key, json_string(value, kLongestName, is_cut));
  };
  add_name("kind", event.kind);
  add_name("hook", event.hook);
  if (event.is_output) rest += R"(,"stream":"output")";
  if (event.attempt > 0) rest += fmt::format(R"(,"attempt":{})", event.attempt);
  if (event.exit_code) rest += fmt::format(R"(,"exitCode":{})", *event.exit_code);
  if (event.duration) rest += fmt::format(R"(,"durationMs":{})", event.duration->count());
  return rest + json_fields(event, is_cut);
}

/// Removes from `text` the part that the line contains.
std::string json_line(const Event& event, std::string_view& text, std::int64_t now) {
  constexpr std::string_view kPartial = R"(,"partial":true)";
  constexpr std::string_view kTruncated = R"(,"truncated":true)";
  bool is_cut = false;
  std::string line = fmt::format(R"({{"time":"{}","level":"{}","message":")",
                                 with_milliseconds(now), name_of(event.level));
  std::string rest = json_rest(event, is_cut);
  const std::size_t around = line.size() + rest.size() + 2 + kPartial.size() + kTruncated.size();
  line += take_fitting(text, kLongest - around - kCut.size(), take_json);
  if (!text.empty() && !event.is_output) {
    is_cut = true;
    line += kCut;
  }
  line += '"';
  if (event.is_output && (event.is_partial || !text.empty())) line += kPartial;
  if (is_cut) line += kTruncated;
  return line + rest + '}';
}

std::string text_line(const Event& event, std::string_view& text) {
  constexpr std::size_t kForNames = 320;
  std::string line = "pintle: ";
  if (event.is_output) line += fmt::format("{} {} | ", event.kind, one_line(event.hook, 256));
  line += take_fitting(text, kLongest - kForNames, take_text);
  if (!text.empty() && !event.is_output) line += kCut;
  for (const auto& [name, value] : event.fields) {
    line += fmt::format(" {}={}", one_line(name, kLongest), one_line(value, kLongest));
  }
  return line;
}

std::int64_t wall_clock() noexcept {
  timespec t{};
  ::clock_gettime(CLOCK_REALTIME, &t);
  return std::int64_t{t.tv_sec} * 1000 + t.tv_nsec / 1'000'000;
}

}  // namespace

void open() noexcept {
  struct stat info {};
  if (::fstat(STDERR_FILENO, &info) < 0) return;
  state.is_socket = S_ISSOCK(info.st_mode);
  // A regular file never blocks. It is not opened again: a second open would have an offset of its
  // own.
  if (S_ISREG(info.st_mode)) state.may_block = false;
  if (!S_ISFIFO(info.st_mode) && !S_ISCHR(info.st_mode)) return;
  const int own = ::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (own < 0) return;
  state.fd = own;
  state.may_block = false;
}

void set_level(Level level) noexcept {
  state.level = level;
}
void set_format(Format format) noexcept {
  state.format = format;
}
Level level() noexcept {
  return state.level;
}
std::uint64_t dropped() noexcept {
  return state.dropped;
}
int descriptor() noexcept {
  return state.fd == STDERR_FILENO ? -1 : state.fd;
}

void write(const Event& event) noexcept {
  if (event.level < event.threshold.value_or(state.level)) return;
  try {
    const std::int64_t now = wall_clock();
    report_dropped(now);
    for (std::string& line : format_lines(event, state.format, now)) put_or_count(std::move(line));
  } catch (const std::exception&) {
    ++state.dropped;  // there is no memory for the line: count it as dropped
  }
}

void write_line(std::string_view line) noexcept {
  if (!put(line)) ++state.dropped;
}

void debug(std::string_view text) noexcept {
  write({.level = Level::debug, .text = text});
}
void info(std::string_view text) noexcept {
  write({.level = Level::info, .text = text});
}
void warning(std::string_view text) noexcept {
  write({.level = Level::warning, .text = text});
}
void error(std::string_view text) noexcept {
  write({.level = Level::error, .text = text});
}

std::optional<Level> parse_level(std::string_view word) noexcept {
  for (const FormatRow& row : kLevels) {
    if (equal_without_case(row.name, word)) return row.level;
  }
  return std::nullopt;
}

std::optional<Format> parse_format(std::string_view word) noexcept {
  if (equal_without_case(word, "text")) return Format::text;
  if (equal_without_case(word, "json")) return Format::json;
  return std::nullopt;
}

std::vector<std::string> format_lines(const Event& event, Format format,
                                      std::int64_t now_milliseconds) {
  std::vector<std::string> lines;
  std::string_view text = event.text;
  do {
    lines.push_back(format == Format::json ? json_line(event, text, now_milliseconds)
                                           : text_line(event, text));
  } while (event.is_output && !text.empty());
  return lines;
}

}  // namespace pintle::log
