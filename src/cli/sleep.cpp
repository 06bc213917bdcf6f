// `pintle sleep`: waits, for a preStop hook in an image without sleep(1). SIGTERM ends it, like any
// other program.
#include <fmt/format.h>
#include <time.h>

#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>

#include "base/duration.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"

namespace pintle::cli {
namespace {

/// A duration, or as sleep(1) has it a number of seconds.
std::optional<Duration> time_in(std::string_view text) noexcept {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (!is_number) return parse_duration(text);
  constexpr auto kMost = std::chrono::duration_cast<std::chrono::seconds>(kLongestDuration);
  if (seconds < 0 || seconds > kMost.count()) return std::nullopt;
  return std::chrono::seconds(seconds);
}

}  // namespace

int sleep_command(int argc, char** argv) {
  if (argc != 2) return fail(ExitCode::usage, "usage: pintle sleep DURATION");
  const auto time = time_in(argv[1]);
  if (!time) {
    return fail(ExitCode::usage, fmt::format("\"{}\" is not a duration like 5s, 500ms or 5",
                                             one_line(shown_value(argv[1]), 60)));
  }
  const auto until = (BootClock::now() + *time).time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(until);
  const timespec end{seconds.count(), (until - seconds).count()};
  while (::clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &end, nullptr) == EINTR) {
  }
  return 0;
}

}  // namespace pintle::cli
