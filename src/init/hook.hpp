// init/hook.hpp - what PID 1 starts: main, and each hook of the config. One object contains its
// config, its fallback, its present state and its last message; the supervisor, the effects and the
// status all use the same object. Its address never changes.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/fd.hpp"
#include "config/model.hpp"
#include "hooks/check_state.hpp"
#include "init/run.hpp"
#include "sys/report.hpp"

namespace pintle::init {

class Component;
class Recipe;
class Stage;
struct Job;

/// How many runs of a job with "concurrencyPolicy": "Allow" there may be at the same time.
inline constexpr std::size_t kMostRuns = 8;

/// The task of an init step or a shutdown step.
struct StepTask {
  Stage* stage = nullptr;  ///< the list that it belongs to
  std::size_t step = 0;    ///< its index there
};

struct CheckTask {
  hooks::CheckState state;
  bool is_repaired = false;  ///< its repair has run since it became unhealthy
};

/// The task of each parallel run of a job.
struct JobTask {
  Job* job = nullptr;
};

/// The files of a hook that runs once for each of them.
struct Files {
  std::array<char, 256> last{};     ///< the name of the one that was done last; "": none
  std::array<char, 256> present{};  ///< the one that it works on
  int count = 0;                    ///< how many have had their turn
  int failed = 0;                   ///< of them, those without success
};

struct Hook {
  const config::Hook* config = nullptr;  ///< nullptr for main
  const Recipe* recipe = nullptr;        ///< how it is started; set by Recipes::bind()
  Hook* fallback = nullptr;              ///< runs if this one has failed; for a check its repair
  Hook* stands_for = nullptr;            ///< the hook whose fallback or repair this is
  bool is_further_run = false;           ///< a job's parallel run, not shown in the status
  bool signals_group = true;             ///< signals go to its whole process group
  std::optional<config::Condition> condition{};  ///< without the leaves known before the start
  Component* component = nullptr;                ///< starts it and gets its outcome
  std::variant<std::monostate, StepTask, CheckTask, JobTask> task{};
  Run run{};
  Fd report{};                         ///< the pipe of its child's report, sys::read_report()
  std::optional<sys::Report> early{};  ///< what was read from it before its child ended
  std::string words{};                 ///< the message of the last attempt that ended
  sys::Proof proof =
      sys::Proof::none;  ///< how the program of that attempt, or of main, was verified
  Files files{};
  std::string output{};  ///< for its `output.variable`, as far as it was read

  bool is_main() const noexcept { return config == nullptr; }
  bool is(config::Kind kind) const noexcept { return config != nullptr && config->kind() == kind; }
  std::string_view id() const noexcept { return is_main() ? std::string_view("main") : config->id; }

  /// What it writes becomes the value of a variable.
  bool sets_variable() const noexcept {
    return !is_main() && config->output == config::Output::variable;
  }

  /// The hook itself; for a fallback or a repair, the hook that it finally belongs to.
  const Hook& root() const noexcept {
    const Hook* hook = this;
    while (hook->stands_for != nullptr) hook = hook->stands_for;
    return *hook;
  }
  Hook& root() noexcept { return const_cast<Hook&>(std::as_const(*this).root()); }

  /// True if it or its fallback runs or waits for the next attempt.
  bool is_busy() const noexcept {
    for (const Hook* hook = this; hook != nullptr; hook = hook->fallback) {
      if (hook->run.is_busy()) return true;
    }
    return false;
  }

  hooks::CheckState& check() noexcept { return std::get<CheckTask>(task).state; }
  const hooks::CheckState& check() const noexcept { return std::get<CheckTask>(task).state; }
  Job& job() const noexcept { return *std::get<JobTask>(task).job; }
};

/// All hooks. Does not allocate after construction.
class Hooks {
 public:
  explicit Hooks(const config::Model& model);
  Hooks(const Hooks&) = delete;
  Hooks& operator=(const Hooks&) = delete;
  ~Hooks() = default;

  Hook& main() noexcept { return main_; }
  const Hook& main() const noexcept { return main_; }
  /// The hook with this index in Model::hooks.
  Hook& at(std::size_t place) noexcept { return all_[place]; }

  /// All hooks: those of the config in its order, then fallbacks, then parallel runs of jobs.
  auto begin() noexcept { return all_.begin(); }
  auto end() noexcept { return all_.end(); }
  auto begin() const noexcept { return all_.begin(); }
  auto end() const noexcept { return all_.end(); }

  /// The hook whose child has this pid; nullptr for an orphan.
  Hook* find(pid_t pid) noexcept;

 private:
  Hook& add(const config::Hook& config);
  void add_further_run(const config::Hook& config);

  Hook main_;
  std::deque<Hook> all_;
};

}  // namespace pintle::init
