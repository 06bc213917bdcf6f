#include "sys/activation.hpp"

#include <fcntl.h>

#include <charconv>
#include <optional>

namespace pintle::sys {
namespace {

constexpr int kMostPassed = 1024;

std::optional<int> number(std::string_view text) noexcept {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole ? std::optional(value) : std::nullopt;
}

}  // namespace

int passed_count(std::string_view listen_pid, std::string_view listen_fds, pid_t own) noexcept {
  const auto pid = number(listen_pid);
  const auto count = number(listen_fds);
  if (!pid || *pid != own || !count || *count < 0 || *count > kMostPassed) return 0;
  return *count;
}

int hold_passed(int count) noexcept {
  for (int i = 0; i < count; ++i) {
    if (::fcntl(kFirstPassed + i, F_SETFD, FD_CLOEXEC) < 0) return i;
  }
  return count;
}

void hand_on_passed(int count) noexcept {
  for (int i = 0; i < count; ++i) (void)::fcntl(kFirstPassed + i, F_SETFD, 0);
}

}  // namespace pintle::sys
