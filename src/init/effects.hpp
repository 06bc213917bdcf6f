// init/effects.hpp - carries the supervisor's actions out, and keeps the words that go with its
// numbers: what each hook said last, which text each piece of news has.
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

  /// Does it. Returns what the supervisor is to be told of it, if anything. Without memory for its
  /// words it is done without them, and a hook that cannot be started has failed.
  std::optional<Event> perform(const Action& action) noexcept;

  /// Reads what a dead child of `hook` left: what decides, which needs no memory, and its words,
  /// for which there may be none.
  struct LastWords {
    std::optional<StartFailure> failure{};
    bool was_skipped = false;
  };
  LastWords last_words(Hook& hook, const sys::Exit& exit) noexcept;

  /// Whom the reaper kills groups with.
  Signaller& signaller() noexcept { return signaller_; }

  /// The pipes of the hooks whose output becomes events.
  OutputLog& outputs() noexcept { return outputs_; }

  /// 0 when main does not run.
  pid_t main_pid() const noexcept;
  /// nullptr as long as PID 1 goes on.
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

  sys::Outlet outlet_for(const Hook& hook, Fd& writer);
  void write_output(const Hook& hook, std::string_view line, bool is_partial) const;
  std::string words_at_end(const Hook& hook, const sys::Exit& exit,
                           const std::optional<sys::Report>& report) const;

  const Recipes& recipes_;
  Supervisor& supervisor_;
  Requests& requests_;
  Signaller signaller_;
  OutputLog outputs_;
  std::optional<End> end_;
};

}  // namespace pintle::init
