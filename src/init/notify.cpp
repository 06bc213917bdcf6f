#include "init/notify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace pintle::init {
namespace {

using hooks::MainSays;

void read_line(std::string_view line, Notification& out) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos) return;
  const std::string_view name = line.substr(0, equals);
  const std::string_view value = line.substr(equals + 1);
  const bool is_on = value == "1";
  if (name == "READY" && is_on) out.says = MainSays::ready;
  if (name == "RELOADING" && is_on) out.says = MainSays::starting;
  if (name == "STOPPING" && is_on) out.says = MainSays::stopping;
  if (name == "WATCHDOG" && is_on) out.is_watchdog = true;
  if (name == "STATUS") out.status = value;
  if (name != "EXTEND_TIMEOUT_USEC") return;
  std::uint64_t micros = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), micros);
  constexpr std::uint64_t kMost = 1'000'000ULL * 86400 * 365;
  if (error != std::errc() || end != value.data() + value.size() || micros == 0) return;
  out.extension = Duration(static_cast<std::int64_t>(std::min(micros, kMost) / 1000));
}

}  // namespace

Notification parse_notification(std::string_view text) {
  Notification out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    read_line(text.substr(0, end), out);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

bool is_heard(const sys::Peer& from, config::Notify heard, pid_t main, uid_t main_uid) noexcept {
  if (main == 0 || from.pid == 0) return false;
  if (from.pid == main) return true;
  return heard == config::Notify::all && from.uid == main_uid;
}

std::string Outward::news(const control::Status& status) {
  std::string text;
  const bool is_stopping =
      status.phase == hooks::Phase::stopping || status.main_says == MainSays::stopping;
  if (status.main_text != told_text_) text += fmt::format("STATUS={}\n", status.main_text);
  told_text_ = status.main_text;
  if (is_stopping && !told_stopping_) text += "STOPPING=1\n";
  told_stopping_ = told_stopping_ || is_stopping;
  if (told_ready_ || told_stopping_) return text;
  told_ready_ =
      hooks::answer(hooks::Asked::health, status.phase, status.checks, status.main_says).healthy;
  return told_ready_ ? text + "READY=1\n" : text;
}

bool Outward::may_ping(const control::Status& status) {
  return status.main_pid > 0 && status.phase == hooks::Phase::running &&
         hooks::answer(hooks::Asked::live, status.phase, status.checks).healthy;
}

}  // namespace pintle::init
