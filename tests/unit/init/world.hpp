// A world for the supervisor without processes or time: it carries actions out by noting them, and
// children live and die when a test says so.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <string>
#include <vector>

#include "actions/action.hpp"
#include "base/signal_names.hpp"
#include "config/parse.hpp"
#include "hooks/plan.hpp"
#include "init/supervisor.hpp"
#include "news_words.hpp"

template <>
struct doctest::StringMaker<std::vector<std::string>> {
  static doctest::String convert(const std::vector<std::string>& lines) {
    return fmt::format("{}", fmt::join(lines, " | ")).c_str();
  }
};

namespace world {

using namespace pintle;
using namespace pintle::init;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

inline config::Model model_of(std::string_view text) {
  config::Problems problems;
  auto model = config::parse(text, {actions::specs()}, problems);
  for (const auto& problem : problems) FAIL(problem.message);
  return model;
}

inline Rules rules_of(std::optional<Duration> grace = 8s, std::optional<Duration> total = 9s) {
  Rules rules{.grace = grace, .total_grace = total};
  rules.stop_signals.set(SIGTERM).set(SIGINT);
  return rules;
}

class World {
 public:
  explicit World(std::string_view config = "{}", Rules rules = rules_of())
      : model_(model_of(config)),
        plan_(hooks::make_plan(model_, config::ImageMode::layered, problems_)),
        supervisor(model_, plan_, std::move(rules)) {
    drain();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Every action since the last call, as words: "spawn main", "kill main TERM", "done a".
  Lines done() { return std::exchange(lines_, {}); }

  void note(const Event& event) {
    supervisor.note(event, now);
    drain();
  }
  void signal(int number) { note(Signalled{number}); }
  void wait(Duration time) {
    now += time;
    drain();
  }
  /// The child of `id` ends, and the kernel says whether any child is left.
  void end(const std::string& id, int code, bool others = false) {
    note(ChildGone{pid_of(id), code, code > 128 ? code - 128 : 0});
    reaped(others);
  }
  void fail(const std::string& id, sys::StartStep step, int code) {
    note(ChildGone{pid_of(id), 127, 0, StartFailure{step, code}});
    reaped(false);
  }
  void reaped(bool has_children) { note(AllReaped{has_children}); }

  pid_t pid_of(const std::string& id) { return hook(id).run.pid; }
  /// Of the first run of a job that is not the one which the status shows.
  pid_t further_pid(const std::string& id) {
    for (const Hook& one : supervisor.hooks()) {
      if (one.id() == id && one.is_further_run && one.run.is_active()) return one.run.pid;
    }
    return 0;
  }
  /// Main if the config has no such hook.
  Hook& hook(const std::string& id) {
    for (Hook& one : supervisor.hooks()) {
      if (one.id() == id) return one;
    }
    return supervisor.hooks().main();
  }
  /// How long until the next deadline; below zero: for ever.
  Duration sleeps() const {
    const auto deadline = supervisor.deadline();
    return deadline ? std::chrono::ceil<Duration>(*deadline - now) : Duration(-1);
  }

 private:
  config::Problems problems_;
  config::Model model_;
  hooks::Plan plan_;

 public:
  Supervisor supervisor;
  Time now{1000h};
  bool can_fork = true;
  std::optional<Quit> quit;

 private:
  static std::string name(const Hook* hook) {
    return hook == nullptr ? "main" : std::string(hook->id());
  }

  void carry_out(const Spawn& action) {
    lines_.push_back("spawn " + name(action.hook));
    if (can_fork) {
      supervisor.note(ChildStarted{action.hook, ++last_pid_}, now);
    } else {
      supervisor.note(ChildNotStarted{action.hook}, now);
    }
  }
  void carry_out(const Kill& action) {
    const bool is_group = action.pid < 0;
    CHECK((is_group ? -action.pid : action.pid) == action.hook->run.pid);
    CHECK(action.hook->run.is_active());
    lines_.push_back(fmt::format("kill {}{} {}", name(action.hook), is_group ? "'s group" : "",
                                 signal_name(action.number).substr(3)));
  }
  void carry_out(const KillAll& action) {
    lines_.push_back("kill all " + signal_name(action.number).substr(3));
  }
  void carry_out(const Settle&) { lines_.emplace_back("settle"); }
  void carry_out(const Suspend&) { lines_.emplace_back("suspend"); }
  void carry_out(const Resume& action) {
    lines_.emplace_back(action.needs_terminal ? "resume in the foreground" : "resume");
  }
  void carry_out(const Tell& tell) {
    const std::string who =
        tell.news == News::stopping ? signal_name(tell.code).substr(3) : name(tell.hook);
    lines_.push_back(std::string(word_of(tell.news)) + " " + who);
  }
  void carry_out(const Answer& answer) {
    constexpr const char* kResults[] = {"done", "failed", "busy", "not running", "stopping"};
    lines_.push_back(fmt::format("answer {} {} {}", answer.ticket, name(answer.hook),
                                 kResults[static_cast<std::size_t>(answer.result)]));
  }
  void carry_out(const Quit& action) {
    CHECK_FALSE(quit);
    quit = action;
    lines_.push_back(fmt::format("quit {}", action.code));
  }

  void drain() {
    while (const auto action = supervisor.next(now)) {
      std::visit([this](const auto& a) { carry_out(a); }, *action);
    }
    // Whoever has nothing to do now must have something to wait for that lies ahead: no spinning.
    const auto deadline = supervisor.deadline();
    CHECK((!deadline || *deadline > now));
  }

  Lines lines_;
  pid_t last_pid_ = 100;
};

/// Main runs, and nothing that led there is left to look at.
struct Running : World {
  explicit Running(Rules rules = rules_of()) : World("{}", std::move(rules)) { (void)done(); }
};

}  // namespace world
