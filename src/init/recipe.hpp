// init/recipe.hpp - how one hook, or main, is started: as whom, where, with which environment, and
// the program or the built-in. What can be resolved once is, before anything runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actions/action.hpp"
#include "config/expansion.hpp"
#include "config/model.hpp"
#include "hooks/condition.hpp"
#include "init/secrets.hpp"
#include "init/surroundings.hpp"
#include "sys/identity.hpp"
#include "sys/spawn.hpp"

namespace pintle::init {

/// What all recipes have in common.
struct Basis {
  const config::Model& model;
  Surroundings around;
  config::FileValues files{};  ///< of the variables that name one
  Secrets secrets{};
  sys::CapabilitySet kept{};  ///< main's capabilities
};

/// What differs from one start of a hook to the next.
struct Occasion {
  hooks::Leaf
      leaf{};  ///< set: the child looks at the condition first, and asks for what is no file
  sys::Outlet outlet{};  ///< where what it writes goes
  pid_t main_pid = 0;    ///< 0 while there is none
  int viewer = -1;       ///< a socket for a copy of what it writes
};

class Recipe {
 public:
  /// Main's.
  explicit Recipe(const Basis& basis) : Recipe(basis, nullptr, nullptr, nullptr) {}
  /// Of `hook`, which stands for `failed` (nullptr: for nobody) and in the end for `root`.
  Recipe(const Basis& basis, const config::Hook* hook, const config::Hook* failed,
         const config::Hook* root);

  bool is_main() const noexcept { return hook_ == nullptr; }
  /// nullptr of main.
  const config::Hook* hook() const noexcept { return hook_; }
  /// "step migrate", "main".
  std::string name() const;
  /// True if in the end it is a hook of this kind, or stands for one.
  bool is_for(config::Kind kind) const noexcept { return !is_main() && root_->kind() == kind; }
  /// Neither it nor what it stands for runs: not in this image mode, or only steps do.
  bool is_skipped() const noexcept;
  /// The condition is known not to hold, its own or that of what it stands for.
  bool is_ruled_out() const;

  // As whom.
  const config::Identity& wish() const noexcept {
    return is_main() ? basis_.model.main.identity : hook_->identity;
  }
  /// The user that it names, or the top level, as it is written; "": nobody.
  const std::string& user_text() const noexcept;
  std::string user() const { return expand(user_text()); }
  const sys::Identity& identity() const noexcept { return identity_; }
  bool changes_user() const noexcept { return changes_user_; }
  /// Once, before anything is started.
  void run_as(sys::Identity identity, bool changes_user);

  // With which values.
  config::Scope scope() const noexcept;
  std::string expand(std::string_view text) const;
  /// Every text of it in which variables may stand.
  std::vector<std::string> texts() const;
  /// Those that stand for a number that the parser did not know.
  const std::vector<std::string>& unread() const noexcept {
    return is_main() ? basis_.model.unread : hook_->unread;
  }
  /// Whether a variable is set for it and which image mode it is, for conditions.
  std::optional<bool> known_leaf(const config::Condition& leaf) const;
  /// The base name of what is executed; "" of a built-in, or if there is no main.
  std::string program_name() const;
  /// The fields of its events, expanded, with secrets as "***".
  config::Pairs fields() const;

  // What it does.
  /// nullptr if it is a built-in, or there is no main.
  const config::Command* command() const noexcept;
  /// The text of its directory.
  const std::string& directory_text() const noexcept;
  config::Environ environment() const;
  /// argv, environment, directory and the paths that are tried, of one that has a command.
  sys::Child program() const;
  /// The use of a built-in with its texts expanded.
  config::Builtin builtin() const;
  /// The same, with secrets as "***".
  config::Builtin masked_builtin() const;
  /// The second program does it.
  bool is_apart() const;
  /// A built-in of a step of init that has nothing left to do. Of a job it cannot be said: it comes
  /// again, and finds something else then.
  bool needs_nothing() const;

  /// What to give to sys::spawn(). Lives no longer than the recipe.
  sys::Child child(const Occasion& occasion = {}) const;

  /// What the second program is told, with the values of secrets; nullopt where that does nothing.
  /// Errors: those of config::encode_request().
  std::optional<Result<std::string>> request() const;

  /// What the built-in would do to files now, with its variables as a start would have them;
  /// nullopt if it cannot say, or would not run in this image mode. Errors: a variable without
  /// value; those of the built-in.
  Result<std::optional<std::vector<actions::Foreseen>>> foresee() const;

 private:
  static std::string expand(std::string_view text, const config::Scope& scope);
  std::string directory() const { return expand(directory_text()); }
  bool is_started_as(const std::string& user) const;
  config::Builtin completed() const;
  config::Pairs values_of(std::span<const std::string_view> names) const;
  void set_surroundings(sys::Child& child) const;
  void set_program(const config::Command& program, sys::Child& child) const;
  void set_action(pid_t main_pid, sys::Child& child) const;
  sys::Task task(pid_t main_pid) const;
  sys::Task kept_output(sys::Child& child) const;
  sys::Condition condition(const hooks::Leaf& leaf) const;

  const Basis& basis_;
  const config::Hook* hook_;
  const config::Hook* failed_;
  const config::Hook* root_;
  sys::Identity identity_;
  bool changes_user_ = false;  ///< from ours
};

}  // namespace pintle::init
