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

struct Row {
  std::string_view name;
  Level level;
};
constexpr Row kLevels[] = {{"debug", Level::debug},
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

/// A pipe with room for PIPE_BUF bytes is writable to poll(2); shorter lines then never block.
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

void put_or_count(std::string line) noexcept {
  if (line.size() >= PIPE_BUF) line.resize(PIPE_BUF - 1);
  line += '\n';
  if (!put(line)) ++state.dropped;
}

void report_dropped(std::int64_t now) {
  if (state.dropped == state.reported) return;
  const std::uint64_t before = state.dropped;
  const std::string text =
      fmt::format("{} log lines were dropped: stderr took no more", before - state.reported);
  put_or_count(format_line({.level = Level::warning, .text = text}, state.format, now));
  if (state.dropped == before) {
    state.reported = before;
  } else {
    state.dropped = before;  // the report itself does not count
  }
}

/// What may stand in a line beside the message.
constexpr std::size_t kOtherFields = 512;

/// A JSON string, RFC 8259: what is no UTF-8 becomes U+FFFD, and what would make the line longer
/// than a pipe takes at once is cut off.
std::string json_string(std::string_view text) {
  constexpr std::size_t kLimit = PIPE_BUF - kOtherFields;
  std::string out = "\"";
  while (!text.empty() && out.size() < kLimit) {
    const std::size_t length = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text.front());
    if (length == 0) {
      out += "\\ufffd";
    } else if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text.front();
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  if (!text.empty()) out += "...";
  return out + '"';
}

std::string with_milliseconds(std::int64_t milliseconds) {
  std::string text = rfc3339(milliseconds / 1000);
  text.pop_back();
  return fmt::format("{}.{:03}Z", text, milliseconds % 1000);
}

std::string_view name_of(Level level) noexcept {
  for (const Row& row : kLevels) {
    if (row.level == level) return row.name;
  }
  return "info";
}

std::string json_line(const Event& event, std::int64_t now) {
  std::string line =
      fmt::format(R"({{"time":"{}","level":"{}","message":{})", with_milliseconds(now),
                  name_of(event.level), json_string(event.text));
  if (!event.kind.empty()) line += fmt::format(R"(,"kind":{})", json_string(event.kind));
  if (!event.hook.empty()) line += fmt::format(R"(,"hook":{})", json_string(event.hook));
  if (event.is_output) line += R"(,"stream":"output")";
  if (event.attempt > 0) line += fmt::format(R"(,"attempt":{})", event.attempt);
  if (event.exit_code) line += fmt::format(R"(,"exitCode":{})", *event.exit_code);
  if (event.duration) line += fmt::format(R"(,"durationMs":{})", event.duration->count());
  if (event.fields.empty()) return line + '}';
  std::string fields;
  for (const auto& [name, value] : event.fields) {
    fields +=
        fmt::format("{}{}:{}", fields.empty() ? "" : ",", json_string(name), json_string(value));
  }
  return line + fmt::format(R"(,"fields":{{{}}}}})", fields);
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
  // A regular file keeps its shared offset only through the descriptor itself, and never blocks.
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
    put_or_count(format_line(event, state.format, now));
  } catch (const std::exception&) {
    ++state.dropped;  // no memory for the line: the loss is counted like any other
  }
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
  for (const Row& row : kLevels) {
    if (equal_without_case(row.name, word)) return row.level;
  }
  return std::nullopt;
}

std::optional<Format> parse_format(std::string_view word) noexcept {
  if (equal_without_case(word, "text")) return Format::text;
  if (equal_without_case(word, "json")) return Format::json;
  return std::nullopt;
}

std::string format_line(const Event& event, Format format, std::int64_t now_milliseconds) {
  if (format == Format::json) return json_line(event, now_milliseconds);
  std::string line = "pintle: ";
  if (event.is_output) line += fmt::format("{} {} | ", event.kind, event.hook);
  line += one_line(event.text, PIPE_BUF - 64);
  for (const auto& [name, value] : event.fields) {
    line += fmt::format(" {}={}", one_line(name), one_line(value));
  }
  return line;
}

}  // namespace pintle::log
