#include "init/effects.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>

#include "base/duration.hpp"
#include "base/signal_names.hpp"
#include "base/text.hpp"
#include "init/news.hpp"
#include "sys/process.hpp"

namespace pintle::init {
namespace {

/// "cannot execute '/app/run': No such file or directory".
std::string describe(const sys::Report& report, const std::string& subject) {
  if (report.step == sys::StartStep::privileges) {
    return fmt::format("cannot {}: {}", subject, std::strerror(report.code));
  }
  Error error{sys::describe(report.step), report.code, subject, {}};
  if (report.step == sys::StartStep::execute) {
    error.detail = sys::explain_exec_failure(subject, report.code);
    if (error.detail.empty() && report.code == ENOENT && subject.find('/') == std::string::npos) {
      error.detail = "not found in PATH";
    }
  }
  return error.message();
}

/// Nothing for a success: that is news enough.
std::string describe(const sys::Exit& exit) {
  if (exit.code == 0) return {};
  if (exit.signal != 0) return fmt::format("killed by {}", signal_name(exit.signal));
  return fmt::format("exit code {}", exit.code);
}

}  // namespace

Effects::Effects(const config::Model& model, const Launcher& launcher, const Supervisor& supervisor,
                 Requests& requests)
    : model_(model),
      launcher_(launcher),
      supervisor_(supervisor),
      requests_(requests),
      other_uids_(launcher.other_uids()),
      reports_(model.hooks.size()),
      words_(model.hooks.size()),
      outputs_([this](Owner owner, std::string_view line) { write_output(owner, line); },
               [this](std::string_view piece) { return launcher_.secret_begun_in(piece); }) {}

std::optional<Event> Effects::perform(const Action& action) {
  return std::visit([this](const auto& a) { return act(a); }, action);
}

std::optional<Event> Effects::act(const Spawn& action) {
  // Memory for a hook can run out like anything else: the hook fails then, not PID 1.
  try {
    const auto leaf = [this, owner = action.owner](const config::Condition& one) {
      return supervisor_.answer(owner, one);
    };
    Fd writer;
    Occasion occasion{.outlet = outlet_for(action.owner, writer), .main_pid = main_pid()};
    if (action.asks_condition) occasion.leaf = leaf;
    if (action.ticket != 0) occasion.viewer = requests_.viewer(action.ticket);
    auto spawned = sys::spawn(launcher_.child(action.owner, occasion));
    if (spawned) {
      report_of(action.owner) = std::move(spawned->report);
      return ChildStarted{action.owner, spawned->pid};
    }
    words_of(action.owner) = spawned.error().message();
    log::error(words_of(action.owner));
  } catch (const std::exception& error) {
    log::error(error.what());
  }
  return ChildNotStarted{action.owner};
}

pid_t Effects::main_pid() const noexcept {
  const Run& main = supervisor_.run(kMain);
  return main.is_active() ? main.pid : 0;
}

/// The pipe of a hook whose output becomes events; where there can be none it goes where ours does.
sys::Outlet Effects::outlet_for(Owner owner, Fd& writer) {
  if (owner == kMain || model_.hooks[owner].output != config::Output::log) return {};
  auto opened = outputs_.open(owner, launcher_.identity(owner).uid);
  if (!opened) {
    log::warning(opened.error().message());
    return {};
  }
  writer = *std::move(opened);
  return {.descriptor = writer.get(), .with_errors = true};
}

void Effects::write_output(Owner owner, std::string_view line) const {
  const config::Hook& hook = model_.hooks[owner];
  const std::string text = launcher_.scrub(std::string(line));
  const auto fields = launcher_.fields(owner);
  log::write({.text = text,
              .kind = config::name_of(hook.kind),
              .hook = hook.id,
              .attempt = supervisor_.run(owner).attempt,
              .is_output = true,
              .threshold = hook.logging.level,
              .fields = fields});
}

std::optional<Event> Effects::act(const Kill& action) {
  const uid_t uid = launcher_.identity(action.owner).uid;
  auto sent = sys::kill_as(action.pid, action.number, uid);
  // A child that has not come to its own session yet has no group; it is not reaped, so it is
  // there.
  if (!sent && sent.error().code == ESRCH && action.pid < 0) {
    sent = sys::kill_as(-action.pid, action.number, uid);
  }
  if (!sent && sent.error().code != ESRCH) {
    log::warning(fmt::format("cannot send {} to {}: {}", signal_name(action.number), action.pid,
                             std::strerror(sent.error().code)));
  }
  return std::nullopt;
}

std::optional<Event> Effects::act(const KillAll& action) {
  if (sys::is_pid1()) {
    (void)::kill(-1, action.number);
    // Without CAP_KILL that reached our own uid only.
    for (const uid_t uid : other_uids_) sys::kill_everyone_as(action.number, uid);
    return std::nullopt;
  }
  for (const pid_t pid : sys::descendants()) {
    (void)sys::kill_as(pid, action.number, launcher_.identity(kMain).uid);
  }
  return std::nullopt;
}

std::optional<Event> Effects::act(const Settle&) {
  if (::geteuid() != 0) return std::nullopt;
  if (model_.init_as_main) {
    const auto stepped = sys::step_down({.identity = &launcher_.identity(kMain)});
    if (!stepped) log::warning(fmt::format("PID 1 keeps its uid: {}", stepped.error().message()));
    sys::forbid_tracing();
    return std::nullopt;
  }
  const auto needed = launcher_.needed_after_init();
  if (!needed) return std::nullopt;
  const auto kept = sys::keep_only(*needed);
  if (!kept) log::warning(fmt::format("PID 1 keeps its privileges: {}", kept.error().message()));
  return std::nullopt;
}

std::optional<Event> Effects::act(const Suspend& action) {
  if (!sys::can_suspend()) {
    (void)::kill(-action.main, SIGCONT);  // nobody could continue us: as if it had been ignored
    return std::nullopt;
  }
  sys::take_terminal(::getpgrp());
  sys::suspend_own_group();
  // Continued, in the foreground or not: the terminal is main's again only if it is ours.
  if (sys::owns_terminal()) sys::take_terminal(action.main);
  (void)::kill(-action.main, SIGCONT);
  return std::nullopt;
}

/// A verdict is worth a warning only when it is a bad one.
Line Effects::verdict_line(Owner owner) const {
  const auto verdict = supervisor_.check(owner).verdict();
  const std::string& words = words_[owner];
  return {verdict == health::Verdict::healthy ? log::Level::info : log::Level::warning,
          fmt::format("check {}: {}{}{}", model_.hooks[owner].id, health::name_of(verdict),
                      words.empty() ? "" : ": ", words)};
}

std::optional<Event> Effects::act(const Tell& tell) {
  if (tell.owner == kMain) {
    const Line line = line_for(tell, model_, {});
    log::write({.level = line.level, .text = line.text, .kind = "main"});
    return std::nullopt;
  }
  const config::Hook& hook = model_.hooks[tell.owner];
  const bool is_repair = tell.news == News::repair_done || tell.news == News::repair_failed;
  const std::string& words = words_[is_repair ? hook.fallback_hook : tell.owner];
  const Line line =
      tell.news == News::check_changed ? verdict_line(tell.owner) : line_for(tell, model_, words);
  const auto fields = launcher_.fields(tell.owner);
  log::Event event{.level = line.level,
                   .text = line.text,
                   .kind = config::name_of(hook.kind),
                   .hook = hook.id,
                   .attempt = supervisor_.run(tell.owner).attempt};
  event.threshold = hook.logging.level;
  event.fields = fields;
  if (has_result(tell.news)) {
    event.exit_code = tell.code;
    event.duration = tell.time;
  }
  log::write(event);
  return std::nullopt;
}

std::optional<Event> Effects::act(const Answer& answer) {
  requests_.conclude(answer.ticket, reply_to(answer, model_, words_[answer.owner]));
  return std::nullopt;
}

std::optional<Event> Effects::act(const Quit& quit) {
  end_ = End{quit.code, {}};  // ahead of what could fail for want of memory
  const std::string& words = quit.owner == kMain ? main_words_ : words_[quit.owner];
  end_->reason = reason_for(quit, model_, words);
  return std::nullopt;
}

/// Exit code 0 is news where it is no success.
std::string Effects::why_unwanted(Owner owner) const {
  const auto& codes = model_.hooks[owner].success_codes;
  if (std::find(codes.begin(), codes.end(), 0) != codes.end()) return {};
  return "exit code 0, which is no success here";
}

Effects::LastWords Effects::last_words(Owner owner, const sys::Exit& exit) {
  outputs_.drain(owner);
  Fd& pipe = report_of(owner);
  const auto report = pipe ? sys::read_report(pipe.get()) : std::nullopt;
  pipe.reset();
  const bool failed = report && report->has_failure;
  const std::string line = launcher_.scrub_cut(std::string(report ? report->line() : ""));
  std::string words = failed ? describe(*report, line) : describe(exit);
  if (!failed && exit.code == 0 && line.empty() && owner != kMain) words = why_unwanted(owner);
  const bool is_note = report && report->is_note;
  if (!failed && !is_note && !line.empty()) words = one_line(line, 200);
  if (owner != kMain && supervisor_.run(owner).timed_out) words = "timed out";
  if (is_note) words += " " + one_line(line, 200);
  words_of(owner) = std::move(words);
  LastWords last{.was_skipped = report && report->was_skipped};
  if (failed) last.failure = StartFailure{report->step, report->code};
  return last;
}

}  // namespace pintle::init
