// init/hook.hpp - what PID 1 starts: main, and each hook of the config. One object holds what it is
// told to do, what may stand in for it, how it runs now, and what it said last; the supervisor, the
// effects and the status all read the same one. Its address never changes.
#pragma once

#include <sys/types.h>

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

namespace pintle::init {

class Component;
class Recipe;
class Stage;
struct Job;

/// How many runs of a job with "concurrencyPolicy": "Allow" there may be at a time.
inline constexpr std::size_t kMostRuns = 8;

/// Of a step of init or of the shutdown.
struct StepTask {
  Stage* stage = nullptr;  ///< the list that it stands in
  std::size_t step = 0;    ///< its place there
};

struct CheckTask {
  hooks::CheckState state;
  bool is_repaired = false;  ///< its repair ran since it turned unhealthy
};

/// Of each run of a job that there may be at a time.
struct JobTask {
  Job* job = nullptr;
};

struct Hook {
  const config::Hook* config = nullptr;  ///< nullptr of main
  const Recipe* recipe = nullptr;        ///< how it is started; Recipes::bind() gives it
  Hook* fallback = nullptr;              ///< runs when this one has failed; of a check: its repair
  Hook* stands_for = nullptr;            ///< whose fallback or repair it is
  bool is_further_run = false;           ///< of a job: not the one that the status shows
  bool signals_group = true;             ///< what it is sent goes to its whole process group
  std::optional<config::Condition> condition{};  ///< without what is known before the start
  Component* component = nullptr;                ///< that starts it, and is told how it ended
  std::variant<std::monostate, StepTask, CheckTask, JobTask> task{};
  Run run{};
  Fd report{};          ///< what its child writes before it is done, sys::read_report()
  std::string words{};  ///< what was said last of the attempt that ended last

  bool is_main() const noexcept { return config == nullptr; }
  bool is(config::Kind kind) const noexcept { return config != nullptr && config->kind() == kind; }
  std::string_view id() const noexcept { return is_main() ? std::string_view("main") : config->id; }

  /// Itself, or what it stands for in the end.
  const Hook& root() const noexcept {
    const Hook* hook = this;
    while (hook->stands_for != nullptr) hook = hook->stands_for;
    return *hook;
  }
  Hook& root() noexcept { return const_cast<Hook&>(std::as_const(*this).root()); }

  /// It runs, or waits for its next attempt, or what stands in for it does.
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

/// All that there are. Made once; nothing in it allocates afterwards.
class Hooks {
 public:
  explicit Hooks(const config::Model& model);
  Hooks(const Hooks&) = delete;
  Hooks& operator=(const Hooks&) = delete;
  ~Hooks() = default;

  Hook& main() noexcept { return main_; }
  const Hook& main() const noexcept { return main_; }
  /// The one that stands at that place of Model::hooks.
  Hook& at(std::size_t place) noexcept { return all_[place]; }

  /// Those of the config in its order, fallbacks behind them, and further runs of jobs last.
  auto begin() noexcept { return all_.begin(); }
  auto end() noexcept { return all_.end(); }
  auto begin() const noexcept { return all_.begin(); }
  auto end() const noexcept { return all_.end(); }

  /// Whose child has this pid; nullptr for an orphan.
  Hook* find(pid_t pid) noexcept;

 private:
  Hook& add(const config::Hook& config);
  void add_further_run(const config::Hook& config);

  Hook main_;
  std::deque<Hook> all_;
};

}  // namespace pintle::init
