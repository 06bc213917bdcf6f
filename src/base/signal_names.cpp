#include "base/signal_names.hpp"

#include <fmt/format.h>

#include <charconv>
#include <csignal>

#include "base/text.hpp"

namespace pintle {
namespace {

// SIGRTMIN as applications see it (signal(7)): the C library uses 32 and 33 for its threads.
constexpr int kFirstRealTime = 34;

struct SignalRow {
  int number;
  std::string_view name;
};
constexpr SignalRow kSignalRows[] = {
    {SIGHUP, "HUP"},           {SIGINT, "INT"},        {SIGQUIT, "QUIT"}, {SIGILL, "ILL"},
    {SIGTRAP, "TRAP"},         {SIGABRT, "ABRT"},      {SIGBUS, "BUS"},   {SIGFPE, "FPE"},
    {SIGKILL, "KILL"},         {SIGUSR1, "USR1"},      {SIGSEGV, "SEGV"}, {SIGUSR2, "USR2"},
    {SIGPIPE, "PIPE"},         {SIGALRM, "ALRM"},      {SIGTERM, "TERM"}, {SIGSTKFLT, "STKFLT"},
    {SIGCHLD, "CHLD"},         {SIGCONT, "CONT"},      {SIGSTOP, "STOP"}, {SIGTSTP, "TSTP"},
    {SIGTTIN, "TTIN"},         {SIGTTOU, "TTOU"},      {SIGURG, "URG"},   {SIGXCPU, "XCPU"},
    {SIGXFSZ, "XFSZ"},         {SIGPROF, "PROF"},      {SIGIO, "IO"},     {SIGVTALRM, "VTALRM"},
    {SIGWINCH, "WINCH"},       {SIGPWR, "PWR"},        {SIGSYS, "SYS"},   {SIGIO, "POLL"},
    {kFirstRealTime, "RTMIN"}, {kLastSignal, "RTMAX"},
};

std::optional<int> whole_number(std::string_view text) noexcept {
  int number = 0;
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<int> in_range(std::optional<int> number, int first) noexcept {
  return number && *number >= first && *number <= kLastSignal ? number : std::nullopt;
}

/// "RTMIN+3" and "RTMAX-1".
std::optional<int> real_time(std::string_view name) noexcept {
  if (name.size() < 7) return std::nullopt;
  const auto offset = whole_number(name.substr(6));
  if (!offset || *offset > kLastSignal) return std::nullopt;
  const std::string_view base = name.substr(0, 6);
  if (equal_without_case(base, "RTMIN+")) return in_range(kFirstRealTime + *offset, kFirstRealTime);
  if (equal_without_case(base, "RTMAX-")) return in_range(kLastSignal - *offset, kFirstRealTime);
  return std::nullopt;
}

}  // namespace

std::optional<int> signal_number(std::string_view name) noexcept {
  if (const auto number = whole_number(name)) return in_range(number, 1);
  if (equal_without_case(name.substr(0, 3), "SIG")) name.remove_prefix(3);
  for (const SignalRow& row : kSignalRows) {
    if (equal_without_case(row.name, name)) return row.number;
  }
  return real_time(name);
}

std::string signal_name(int number) {
  for (const SignalRow& row : kSignalRows) {
    if (row.number == number) return fmt::format("SIG{}", row.name);
  }
  if (number > kFirstRealTime && number < kLastSignal) {
    return fmt::format("SIGRTMIN+{}", number - kFirstRealTime);
  }
  return fmt::format("signal {}", number);
}

std::vector<std::string_view> signal_names() {
  std::vector<std::string_view> names;
  for (const SignalRow& row : kSignalRows) names.push_back(row.name);
  return names;
}

}  // namespace pintle
