#include "init/effects.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

#include "base/duration.hpp"
#include "base/shown.hpp"
#include "base/signal_names.hpp"
#include "base/text.hpp"
#include "init/child.hpp"
#include "init/news.hpp"
#include "init/wrong_texts.hpp"
#include "sys/process.hpp"

namespace pintle::init {
namespace {

/// Short enough for std::string to hold it without allocating.
constexpr const char* kNoMemory = "out of memory";
constexpr std::string_view kSubcommandHint =
    "; it is not the program of main, which takes words as its own if \"subcommands\" matches them";

/// "cannot execute '/app/run': No such file or directory".
std::string describe(const sys::Report& report, const std::string& subject, std::string detail) {
  if (report.step == sys::StartStep::privileges) {
    return fmt::format("cannot {}: {}", subject, std::strerror(report.code));
  }
  Error error{sys::describe(report.step), report.code, subject, {}};
  error.detail = std::move(detail);
  std::string text = error.message();
  const bool differs = report.step == sys::StartStep::verify && report.code == EBADMSG;
  if (!differs) return text;
  return text + fmt::format(
                    "; if the file is right, 'pintle digest {}' prints the value for "
                    "\"verify\"",
                    shown_value(subject));
}

/// The reason of a failure, also if exit code 0 counts as one.
std::string why_unwanted(const Hook& hook) {
  const auto* step = hook.config->if_is<config::StepPolicy>();
  if (step != nullptr && step->during) return "exit code 0";  // it was to be ended
  const auto& codes = hook.config->success_codes;
  if (std::find(codes.begin(), codes.end(), 0) != codes.end()) return {};
  return "exit code 0, which is not one of the hook's successExitCodes";
}

/// The level that the action has chosen for its line.
std::optional<log::Level> level_of(const Hook& hook) {
  const auto* use = std::get_if<config::Builtin>(&hook.config->action);
  if (use == nullptr || use->spec->level == nullptr) return std::nullopt;
  return use->spec->level(use->params.get());
}

/// The line for a new verdict: a warning only if the check is unhealthy.
Line verdict_line(const Hook& hook) {
  const auto verdict = hook.check().verdict();
  return {verdict == hooks::Verdict::healthy ? log::Level::info : log::Level::warning,
          fmt::format("check {}: {}{}{}", hook.id(), hooks::name_of(verdict),
                      hook.words.empty() ? "" : ": ", hook.words)};
}

/// A slow step may wait for another step that `parallelism` does not let start. The text names that
/// step.
std::string words_of_slow(const Hook& hook, std::size_t parallelism) {
  const auto* task = std::get_if<StepTask>(&hook.root().task);
  const Hook* const waiting = task != nullptr ? task->stage->held_back() : nullptr;
  if (waiting == nullptr) return {};
  return fmt::format("parallelism is {}, so step {} cannot start yet", parallelism, waiting->id());
}

/// How a child ended; "" for exit code 0.
std::string describe(const sys::Exit& exit) {
  if (exit.code == 0) return {};
  if (exit.signal != 0) return fmt::format("killed by {}", signal_name(exit.signal));
  return fmt::format("exit code {}", exit.code);
}

}  // namespace

Effects::Effects(const Recipes& recipes, Supervisor& supervisor, Requests& requests)
    : recipes_(recipes),
      supervisor_(supervisor),
      requests_(requests),
      signaller_(recipes, supervisor.hooks()),
      outputs_([this](const Hook& hook, std::string_view line,
                      bool is_partial) { write_output(hook, line, is_partial); },
               [this](std::string_view piece) { return recipes_.secrets().begun_in(piece); }) {}

/// Every action can run out of memory at any point. A hook is then not started. Any other action is
/// done before its log line is made, so only the line is missing.
std::optional<Event> Effects::perform(const Action& action) noexcept {
  try {
    return std::visit([this](const auto& a) { return act(a); }, action);
  } catch (const std::exception& error) {
    log::error(error.what());
  }
  const auto* spawn = std::get_if<Spawn>(&action);
  if (spawn == nullptr) return std::nullopt;
  spawn->hook->words = kNoMemory;
  return ChildNotStarted{spawn->hook};
}

std::optional<Event> Effects::act(const Spawn& action) {
  Hook& hook = *action.hook;
  const auto leaf = [this, &hook](const config::Condition& one) {
    return supervisor_.answer(hook, one);
  };
  const bool is_each = hook.recipe->is_for_each();
  if (hook.recipe->is_late() && !is_each) {
    hook.words = why_wrong_now(*hook.recipe);
    if (!hook.words.empty()) return ChildNotStarted{&hook, true};
  }
  Fd writer;
  auto outlet = outlet_for(hook, writer);
  if (!outlet) return not_started(hook, outlet.error());
  StartOptions options{.outlet = *outlet, .main_pid = main_pid()};
  if (is_each) {
    options.last_file = hook.files.last.data();
    options.why_wrong = why_wrong_now;
    const bool is_again = hook.run.attempt > 1 && hook.files.present != hook.files.last;
    if (is_again) options.same_file = hook.files.present.data();
    const bool has_own = !hook.config->for_each.empty();
    if (!has_own) options.same_file = hook.root().files.present.data();
  }
  if (action.asks != Asks::no) options.leaf = leaf;
  options.only_asks = action.asks == Asks::only;
  if (action.ticket != 0) options.viewer = requests_.viewer(action.ticket);
  auto spawned = sys::spawn(child_of(*hook.recipe, options));
  if (!spawned) return not_started(hook, spawned.error());
  hook.report = std::move(spawned->report);
  hook.early.reset();
  hook.proof = sys::Proof::none;
  if (hook.is_main()) awaits_proof_ = hook.recipe->command()->verify.has_value();
  return ChildStarted{&hook, spawned->pid};
}

int Effects::proof_descriptor() const noexcept {
  return awaits_proof_ ? supervisor_.hooks().main().report.get() : -1;
}

void Effects::read_proof() {
  Hook& main = supervisor_.hooks().main();
  awaits_proof_ = false;
  sys::Beginning beginning;
  main.early = sys::read_report(main.report.get(), &beginning);
  main.proof = beginning.proof;
  tell_proof(main);
}

void Effects::tell_proof(const Hook& main) const {
  if (main.proof == sys::Proof::none) return;
  const std::string text = fmt::format("main: verified ({})", sys::describe(main.proof));
  log::write({.text = text, .kind = "main"});
}

Event Effects::not_started(Hook& hook, const Error& error) {
  hook.words = error.message();
  log::error(hook.words);
  return ChildNotStarted{&hook};
}

pid_t Effects::main_pid() const noexcept {
  const Run& main = supervisor_.hooks().main().run;
  return main.is_active() ? main.pid : 0;
}

/// A pipe for a hook whose output is logged, or becomes a variable. If none can be made, output
/// that would be logged goes to pintle's own. Errors: there is no pipe for a variable.
Result<sys::Outlet> Effects::outlet_for(Hook& hook, Fd& writer) {
  if (hook.is_main()) return sys::Outlet{};
  const bool is_variable = hook.sets_variable();
  if (!is_variable && hook.config->output != config::Output::log) return sys::Outlet{};
  hook.output.clear();
  auto opened =
      outputs_.open(hook, hook.recipe->identity().uid, is_variable ? &hook.output : nullptr);
  if (!opened && is_variable) return std::move(opened).error();
  if (!opened) {
    log::warning(opened.error().message());
    return sys::Outlet{};
  }
  writer = *std::move(opened);
  return sys::Outlet{.descriptor = writer.get(), .with_errors = !is_variable};
}

/// Sets the variable. Errors: what the hook has written is no value.
Result<void> Effects::take_variable(Hook& hook) const {
  std::string value = std::exchange(hook.output, {});
  const auto refused = [&](const char* why) {
    return Error{"set the variable", 0, hook.config->output_variable.name, why};
  };
  if (value.size() > OutputLog::kMostOfVariable) return refused("the output is longer than 64KiB");
  if (value.find('\0') != std::string::npos) {
    return refused("the output holds a NUL byte, which no variable can");
  }
  while (value.ends_with('\n')) value.pop_back();
  recipes_.learn(hook.config->output_variable, std::move(value));
  return {};
}

/// The child of a hook that sets a variable has ended. One that has written too much may have been
/// killed for it: that is then the reason.
void Effects::conclude_variable(Hook& hook, const sys::Exit& exit, ChildReport& last) {
  outputs_.end_variable(hook);
  const auto& codes = hook.config->success_codes;
  const bool is_success = exit.signal == 0 && !last.failure && !last.was_skipped &&
                          std::find(codes.begin(), codes.end(), exit.code) != codes.end();
  if (!is_success && hook.output.size() <= OutputLog::kMostOfVariable) return;
  const auto taken = take_variable(hook);
  if (taken) return;
  last.failure = StartFailure{sys::StartStep::standard_output, E2BIG};
  hook.words = taken.error().message();
}

void Effects::write_output(const Hook& hook, std::string_view line, bool is_partial) const {
  const std::string text = recipes_.secrets().scrub(std::string(line));
  const auto fields = hook.recipe->fields();
  log::write({.text = text,
              .kind = config::name_of(hook.config->kind()),
              .hook = hook.id(),
              .attempt = hook.run.attempt,
              .is_output = true,
              .is_partial = is_partial,
              .threshold = hook.config->logging.level,
              .fields = fields});
}

std::optional<Event> Effects::act(const Kill& action) {
  signaller_.send(action);
  return std::nullopt;
}

std::optional<Event> Effects::act(const KillAll& action) {
  signaller_.send(action);
  return std::nullopt;
}

std::optional<Event> Effects::act(const Suspend& action) {
  signaller_.stop_with_main(action);
  return std::nullopt;
}

std::optional<Event> Effects::act(const Resume& action) {
  signaller_.resume_main(action);
  return std::nullopt;
}

std::optional<Event> Effects::act(const Settle&) {
  if (::geteuid() != 0) return std::nullopt;
  if (recipes_.model().init_as_main) {
    const auto stepped = sys::step_down_for_good({.identity = &recipes_.main().identity()});
    if (recipes_.model().init_is_dumpable)
      sys::allow_tracing();  // the change of ids has disabled it
    if (!stepped) log::warning(fmt::format("PID 1 keeps its uid: {}", stepped.error().message()));
    return std::nullopt;
  }
  const auto needed = recipes_.needed_after_init();
  if (!needed) return std::nullopt;
  const auto kept = sys::keep_only(*needed, recipes_.kept_after_init());
  if (!kept) log::warning(fmt::format("PID 1 keeps its privileges: {}", kept.error().message()));
  return std::nullopt;
}

std::optional<Event> Effects::act(const Tell& tell) {
  if (tell.hook == nullptr || tell.hook->is_main()) {
    const Line line = line_for(tell, {});
    log::write({.level = line.level, .text = line.text, .kind = "main"});
    return std::nullopt;
  }
  // The process has not ended, so there is no other text.
  if (tell.news == News::outlives_kill) tell.hook->words = "killed, and not ended";
  const Hook& hook = *tell.hook;
  const bool is_repair = tell.news == News::repair_done || tell.news == News::repair_failed;
  const std::string words = tell.news == News::step_slow
                                ? words_of_slow(hook, supervisor_.parallelism())
                                : (is_repair ? *hook.fallback : hook).words;
  Line line = tell.news == News::check_changed ? verdict_line(hook) : line_for(tell, words);
  const bool is_done = tell.news == News::step_done || tell.news == News::job_done;
  if (const auto level = is_done ? level_of(hook) : std::nullopt) line.level = *level;
  const auto fields = hook.recipe->fields();
  log::Event event{.level = line.level,
                   .text = line.text,
                   .kind = config::name_of(hook.config->kind()),
                   .hook = hook.id(),
                   .attempt = hook.run.attempt};
  event.threshold = hook.config->logging.level;
  event.fields = fields;
  if (has_result(tell.news)) {
    event.exit_code = tell.code;
    event.duration = tell.time;
  }
  log::write(event);
  return std::nullopt;
}

std::optional<Event> Effects::act(const Answer& answer) {
  requests_.conclude(answer);
  return std::nullopt;
}

std::optional<Event> Effects::act(const Quit& quit) {
  // Set before anything that needs memory: an exit code that pintle has chosen always has a reason.
  const bool is_ours = quit.reason != Reason::main_ended;
  end_ = End{quit.code, is_ours ? kNoMemory : std::string()};
  const Hook& about = quit.hook == nullptr ? supervisor_.hooks().main() : *quit.hook;
  end_->reason = reason_for(quit, about.words);
  return std::nullopt;
}

/// The text about a child's end: from its report, otherwise from its exit status.
std::string Effects::words_at_end(const Hook& hook, const sys::Exit& exit,
                                  const std::optional<sys::Report>& report) const {
  const bool failed = report && report->has_failure;
  std::string line(report ? report->line() : "");
  line = report && report->was_cut ? recipes_.secrets().scrub_cut(std::move(line))
                                   : recipes_.secrets().scrub(std::move(line));
  std::string words = describe(exit);
  if (failed) {
    if (report->was_cut) line = shown_beginning(line);
    words = describe(*report, line, recipes_.secrets().scrub(std::string(report->detail())));
    const bool is_unknown =
        hook.is_main() && report->code == ENOENT && recipes_.around().runs_alone;
    if (is_unknown) words += kSubcommandHint;
  }
  if (!failed && exit.code == 0 && line.empty() && !hook.is_main()) words = why_unwanted(hook);
  if (words.empty() && hook.proof != sys::Proof::none) {
    words = fmt::format("verified ({})", sys::describe(hook.proof));
  }
  const bool is_note = report && report->is_note;
  if (!failed && !is_note && !line.empty()) words = one_line(line, 200);
  if (!hook.is_main() && hook.run.timed_out) words = "timed out";
  if (is_note) words += " " + one_line(line, 200);
  return words;
}

Effects::ChildReport Effects::read_child_report(Hook& hook, const sys::Exit& exit) noexcept {
  Fd& pipe = hook.report;
  sys::Beginning beginning;
  auto report = pipe ? sys::read_report(pipe.get(), &beginning) : std::nullopt;
  if (!report) report = hook.early;
  pipe.reset();
  const auto& choice = beginning.choice;
  ChildReport last{.was_skipped = report && report->was_skipped,
                   .was_last = choice && choice->is_last,
                   .condition_holds = beginning.condition_holds};
  if (report && report->has_failure) last.failure = StartFailure{report->step, report->code};
  if (beginning.proof != sys::Proof::none) hook.proof = beginning.proof;
  if (last.failure) hook.proof = sys::Proof::none;
  if (choice && !choice->is_last) note_file(hook, choice->line());
  try {
    hook.words = kNoMemory;
    hook.words = words_at_end(hook, exit, report);
    if (hook.is_main() && std::exchange(awaits_proof_, false)) tell_proof(hook);
    if (choice) add_file(hook, choice->is_last);
    outputs_.drain(hook);
    if (hook.sets_variable()) conclude_variable(hook, exit, last);
  } catch (const std::exception& error) {
    log::error(error.what());
    if (hook.sets_variable()) {
      hook.words = kNoMemory;
      last.failure = StartFailure{sys::StartStep::standard_output, ENOMEM};
    }
  }
  return last;
}

void Effects::note_file(Hook& hook, std::string_view name) noexcept {
  auto& present = hook.files.present;
  const std::size_t size = std::min(name.size(), present.size() - 1);
  std::copy_n(name.begin(), size, present.begin());
  present[size] = '\0';
}

/// Says for which file the words are, or how many there were.
void Effects::add_file(Hook& hook, bool was_last) const {
  if (was_last) {
    const int count = hook.files.count;
    hook.words = count == 1 ? "1 file" : fmt::format("{} files", count);
    if (const int failed = hook.files.failed; failed > 0) {
      hook.words += fmt::format(", {} failed", failed);
    }
    return;
  }
  if (hook.files.present.front() == '\0') return;
  const std::string name =
      recipes_.secrets().scrub(one_line(std::string_view(hook.files.present.data()), 255));
  hook.words = hook.words.empty() ? name : fmt::format("{}: {}", name, hook.words);
}

}  // namespace pintle::init
