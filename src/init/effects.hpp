// init/effects.hpp - performs the supervisor's actions and writes its news as log lines, with the
// last message of each hook.
#pragma once

#include <optional>
#include <string>

#include "init/loop.hpp"
#include "init/news.hpp"
#include "init/output_log.hpp"
#include "init/recipes.hpp"
#include "init/requests.hpp"
#include "init/signaller.hpp"
#include "init/supervisor.hpp"
#include "sys/reap.hpp"

namespace pintle::init {

class Effects {
 public:
  Effects(const Recipes& recipes, Supervisor& supervisor, Requests& requests);

  /// Performs the action. Returns an event for the supervisor, if there is one. Without memory for
  /// the log line, the action is done without it; a hook that cannot be started has failed.
  std::optional<Event> perform(const Action& action) noexcept;

  /// Reads the report of a dead child of `hook`. Stores its message in the hook if there is memory
  /// for it; the rest needs none.
  struct ChildReport {
    std::optional<StartFailure> failure{};
    bool was_skipped = false;
    bool was_last = false;
    bool condition_holds = false;
  };
  ChildReport read_child_report(Hook& hook, const sys::Exit& exit) noexcept;

  /// The pipe by which main's child says that main is verified; below zero: nothing is awaited.
  int proof_descriptor() const noexcept;
  /// Reads that pipe. To be called when it is readable.
  void read_proof();

  /// The reaper uses it to kill process groups.
  Signaller& signaller() noexcept { return signaller_; }

  /// The pipes of hooks whose output is logged.
  OutputLog& outputs() noexcept { return outputs_; }

  /// 0 if main does not run.
  pid_t main_pid() const noexcept;
  /// nullptr until PID 1 has to end.
  End* end() noexcept { return end_ ? &*end_ : nullptr; }

 private:
  std::optional<Event> act(const Spawn& action);
  std::optional<Event> act(const Kill& action);
  std::optional<Event> act(const KillAll& action);
  std::optional<Event> act(const Settle& action);
  std::optional<Event> act(const Suspend& action);
  std::optional<Event> act(const Resume& action);
  std::optional<Event> act(const Tell& action);
  std::optional<Event> act(const Answer& action);
  std::optional<Event> act(const Quit& action);

  void tell_proof(const Hook& main) const;
  static Event not_started(Hook& hook, const Error& error);
  Result<sys::Outlet> outlet_for(Hook& hook, Fd& writer);
  Result<void> take_variable(Hook& hook) const;
  void conclude_variable(Hook& hook, const sys::Exit& exit, ChildReport& last);
  static void note_file(Hook& hook, std::string_view name) noexcept;
  void add_file(Hook& hook, bool was_last) const;
  void write_output(const Hook& hook, std::string_view line, bool is_partial) const;
  std::string words_at_end(const Hook& hook, const sys::Exit& exit,
                           const std::optional<sys::Report>& report) const;

  const Recipes& recipes_;
  Supervisor& supervisor_;
  Requests& requests_;
  Signaller signaller_;
  OutputLog outputs_;
  bool awaits_proof_ = false;  ///< of main
  std::optional<End> end_;
};

}  // namespace pintle::init
