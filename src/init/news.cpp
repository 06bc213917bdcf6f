#include "init/news.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/duration.hpp"
#include "base/exit_codes.hpp"
#include "base/signal_names.hpp"
#include "sys/spawn.hpp"

namespace pintle::init {
namespace {

using log::Level;

/// The text of each kind of news after the hook's name. %c: the code, %t: the time, %w: the wait,
/// %s: why it is skipped, %d: the detail with ": " before it.
struct Row {
  News news;
  Level level;
  std::string_view text;
};
constexpr Row kRows[] = {
    {News::step_started, Level::debug, "started"},
    {News::step_done, Level::info, "done in %t%d"},
    {News::step_failed, Level::error, "failed after %t%d"},
    {News::step_skipped, Level::info, "skipped: %s"},
    {News::step_false, Level::info, "condition is false, after %t%d"},
    {News::step_continued, Level::warning, "failed after %t%d; continued (onFailure: continue)"},
    {News::step_fell_back, Level::warning, "done by its fallback"},
    {News::file_done, Level::info, "done in %t%d"},
    {News::file_failed, Level::warning, "failed after %t%d; continuing with the next file"},
    {News::file_fell_back, Level::warning, "done by its fallback%d"},
    {News::step_ended, Level::info, "ended after %t, as the steps that it ran during"},
    {News::step_ended_early, Level::error,
     "ended after %t, before the steps that it is to run during%d"},
    {News::hook_retried, Level::warning, "failed after %t%d; next attempt in %w"},
    {News::hook_falls_back, Level::warning, "failed after %t%d; falling back"},
    {News::fallback_failed, Level::warning, "failed after %t%d"},
    {News::step_slow, Level::warning, "still running after %t, and it has no timeout%d"},
    {News::check_changed, Level::warning, "changed"},
    {News::check_failed, Level::debug, "failed%d"},
    {News::check_terminates, Level::error, "stopping main"},
    {News::repair_started, Level::warning, "running its repair"},
    {News::repair_done, Level::info, "its repair is done in %t%d"},
    {News::repair_failed, Level::warning, "its repair failed after %t%d"},
    {News::job_started, Level::debug, "started"},
    {News::job_done, Level::info, "done in %t%d"},
    {News::job_failed, Level::warning, "failed after %t%d"},
    {News::job_skipped, Level::warning, "skipped: its last run has not ended"},
    {News::job_missed, Level::warning, "skipped: its startingDeadline has passed"},
    {News::job_not_now, Level::debug, "skipped: its \"when\" does not hold"},
    {News::job_replaced, Level::info, "stopped after %t for its next run"},
    {News::shutdown_cut, Level::warning,
     "stopped after %t: its time is over (deadline or second stop signal)"},
    {News::hook_timed_out, Level::warning, "timed out after %t, stopping it"},
    {News::main_started, Level::debug, "started"},
    {News::main_ended, Level::debug, "ended with exit code %c"},
    {News::stopping, Level::info, "stopping"},
    {News::grace_over, Level::warning, "did not end within the grace period, killing it"},
    {News::outlives_kill, Level::error, "does not end though it was killed; not waiting for it"},
    {News::remaining_killed, Level::warning, "sending SIGKILL to the remaining processes"},
};

constexpr std::string_view kSkips[] = {
    "its condition does not hold", "not for this image mode",
    "its time ended before it started (deadline or second stop signal)", "main has ended"};
static_assert(std::size(kSkips) == static_cast<std::size_t>(Skip::main_gone) + 1);

const Row& row_of(News news) noexcept {
  for (const Row& row : kRows) {
    if (row.news == news) return row;
  }
  return kRows[0];
}

std::string name_of(const Hook* hook) {
  if (hook == nullptr || hook->is_main()) return "main";
  return fmt::format("{} {}", config::name_of(hook->config->kind()), hook->id());
}

std::string fill(std::string_view text, const Tell& tell, std::string_view detail) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'c':
        out += fmt::format("{}", tell.code);
        break;
      case 't':
        out += format_duration(tell.time);
        break;
      case 'w':
        out += format_duration(tell.wait);
        break;
      case 's':
        out += kSkips[static_cast<std::size_t>(tell.code)];
        break;
      default:
        if (!detail.empty()) out += fmt::format(": {}", detail);
    }
  }
  return out;
}

std::string line_for(const Answer& answer, std::string_view detail) {
  using Result = Answer::Result;
  const std::string who = name_of(answer.hook);
  const std::string why = detail.empty() ? "" : fmt::format(": {}", detail);
  switch (answer.result) {
    case Result::done:
      if (answer.fell_back) {
        return fmt::format("{}: done by its fallback in {}", who, format_duration(answer.time));
      }
      return fmt::format("{}: done in {}{}", who, format_duration(answer.time), why);
    case Result::failed:
      return fmt::format("{}: failed after {}{}", who, format_duration(answer.time), why);
    case Result::busy:
      return who + " is not started: its last run has not ended";
    case Result::not_running:
      return who + " cannot run: the init steps are not done";
    case Result::stopping:
      break;
  }
  return who + " cannot run: the container is stopping";
}

}  // namespace

Line line_for(const Tell& tell, std::string_view detail) {
  const Row& row = row_of(tell.news);
  if (tell.news == News::stopping) {
    return {row.level, fmt::format("{}: stopping", signal_name(tell.code))};
  }
  const std::string who =
      tell.news == News::remaining_killed ? std::string("shutdown") : name_of(tell.hook);
  return {row.level, fmt::format("{}: {}", who, fill(row.text, tell, detail))};
}

control::JobReply reply_to(const Answer& answer, std::string_view detail) {
  using Kind = control::JobReply::Kind;
  using Result = Answer::Result;
  std::string line = line_for(answer, detail);
  if (answer.result == Result::done) return {Kind::ran, 0, std::move(line)};
  if (answer.result != Result::failed) return {Kind::refused, 0, std::move(line)};
  const int code = answer.code == 0 ? static_cast<int>(ExitCode::unhealthy) : answer.code;
  return {Kind::ran, code, std::move(line)};
}

bool has_result(News news) noexcept {
  constexpr News kWithResult[] = {
      News::step_done,        News::step_failed,   News::step_false,      News::step_continued,
      News::job_done,         News::job_failed,    News::hook_retried,    News::hook_falls_back,
      News::repair_done,      News::repair_failed, News::fallback_failed, News::step_ended,
      News::step_ended_early, News::file_done,     News::job_replaced,    News::file_failed};
  return std::find(std::begin(kWithResult), std::end(kWithResult), news) != std::end(kWithResult);
}

std::string reason_for(const Quit& quit, std::string_view detail) {
  switch (quit.reason) {
    case Reason::main_ended:
      return {};
    case Reason::unhealthy:
      return fmt::format("{} is unhealthy: {}; main was stopped", name_of(quit.hook), detail);
    case Reason::stopped_in_init:
      return fmt::format("stopped by {} during the init steps", signal_name(quit.signal));
    case Reason::step_failed:
      return fmt::format("{} failed: {}", name_of(quit.hook), detail);
    case Reason::main_not_forked:
      return fmt::format("cannot fork main: {}", detail);
    case Reason::main_wrong:
      return fmt::format("main: {}", detail);
    case Reason::main_not_found:
    case Reason::main_not_executable:
    case Reason::main_refused:
      return std::string(detail);
  }
  return {};
}

}  // namespace pintle::init
