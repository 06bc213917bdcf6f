// init/recipe.hpp - how one hook, or main, is started: identity, directory, environment, and the
// program or the built-in. Everything possible is resolved once, before anything runs.
#pragma once

#include <memory>
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

/// What steps find out while they run. It is all of a recipe that changes.
struct Learned {
  config::StepOutputs outputs{};
  Secrets secrets{};
};

/// The data that all recipes share.
struct Basis {
  const config::Model& model;
  Surroundings around;
  std::unique_ptr<Learned> learned = std::make_unique<Learned>();
  config::Sources sources{.outputs = &learned->outputs};

  const Secrets& secrets() const noexcept { return learned->secrets; }
};

class Recipe {
 public:
  /// The recipe of main.
  explicit Recipe(const Basis& basis) : Recipe(basis, nullptr, nullptr, nullptr) {}
  /// The recipe of `hook`. If that is a fallback or a repair, `failed` is the hook that it replaces
  /// (otherwise nullptr), and `root` the hook that it finally belongs to.
  Recipe(const Basis& basis, const config::Hook* hook, const config::Hook* failed,
         const config::Hook* root);

  bool is_main() const noexcept { return hook_ == nullptr; }
  /// nullptr for main.
  const config::Hook* hook() const noexcept { return hook_; }
  /// "step migrate", "main".
  std::string name() const;
  /// True if root() is a hook of this kind.
  bool is_for(config::Kind kind) const noexcept { return !is_main() && root_->kind() == kind; }
  /// True if the hook never runs: not in this image mode, or only steps run.
  bool is_skipped() const noexcept;
  /// True if a condition is known not to hold: its own, that of the hook that it replaces, or of a
  /// group that it is in.
  bool is_ruled_out() const;

  // Identity.
  const config::Identity& wish() const noexcept {
    return is_main() ? basis_.model.main.identity : hook_->identity;
  }
  /// The user that the hook names, otherwise that of the top level, not expanded; "": none.
  const std::string& user_text() const noexcept;
  std::string user() const { return expand_wish(wish().user, basis_.model.user); }
  const sys::Identity& identity() const noexcept { return identity_; }
  bool changes_user() const noexcept { return changes_user_; }
  /// Sets the identity; called once, before anything is started.
  void run_as(sys::Identity identity, bool changes_user);

  /// The capabilities that it keeps as another user than root.
  sys::CapabilitySet kept() const noexcept { return kept_; }
  void keep(sys::CapabilitySet kept) noexcept { kept_ = kept; }

  const Basis& basis() const noexcept { return basis_; }
  const Surroundings& around() const noexcept { return basis_.around; }

  /// The recipe for one file of a hook with `for_each`. `file` has the kFileVariables and must
  /// outlive it.
  Recipe for_file(const config::Variables& file) const;
  /// True if it is started for one of several files: its own, or as the fallback of such a hook.
  bool is_for_each() const noexcept { return !is_main() && !files().empty(); }
  /// Those files, not expanded. Not of main.
  const config::ForEach& files() const noexcept {
    return hook_->for_each.empty() ? root_->for_each : hook_->for_each;
  }
  /// True if something in it is known only when the hook starts, so that it has to be checked then.
  bool is_late() const noexcept;

  // Variables.
  config::Scope scope() const;
  std::string expand(std::string_view text) const;
  /// Every text that may contain variables.
  std::vector<std::string> texts() const;
  /// The texts for numbers whose value the parser did not know.
  const std::vector<std::string>& unread() const noexcept {
    return is_main() ? basis_.model.unread : hook_->unread;
  }
  /// The value of a leaf about a variable or the image mode; nullopt for other leaves.
  std::optional<bool> known_leaf(const config::Condition& leaf) const;
  /// The base name of the program; "" for a built-in, or if there is no main.
  std::string program_name() const;
  /// The fields of its events, expanded, with secrets as "***".
  config::Pairs fields() const;

  // The program or the built-in.
  /// nullptr if it is a built-in, or if there is no main.
  const config::Command* command() const noexcept;
  /// The working directory as in the config, not expanded.
  const std::string& directory_text() const noexcept;
  std::string directory() const {
    return expand_wish(wish().working_directory, basis_.model.working_directory);
  }
  config::Environ environment() const;
  /// The arguments that count in this start, in their order; none is a choice.
  std::vector<const config::Argument*> arguments() const;
  /// The built-in with its texts expanded.
  config::Builtin builtin() const;
  /// The same, with secrets as "***".
  config::Builtin masked_builtin() const;
  /// True if pintle-fetch performs it.
  bool is_apart() const;
  /// True if it is a built-in of an init step that has nothing left to do. Always false for a job,
  /// which runs again later.
  bool needs_nothing() const;

  /// The request for pintle-fetch, with the values of secrets; nullopt if pintle-fetch is not used.
  /// Errors: those of config::encode_request().
  std::optional<Result<std::string>> request() const;

  /// What the built-in would do to files now, with the variables of a real start; nullopt if it
  /// does not support that or does not run in this image mode. Errors: a variable without a value;
  /// those of the built-in.
  Result<std::optional<std::vector<actions::Foreseen>>> foresee() const;

 private:
  static std::string expand(std::string_view text, const config::Scope& scope);
  std::string expand_wish(const std::string& own, const std::string& top) const;
  bool is_started_as(const std::string& user) const;
  bool has_word(const std::string& pattern) const;
  config::Builtin completed() const;
  config::Pairs values_of(std::span<const std::string_view> names) const;
  const Basis& basis_;
  const config::Hook* hook_;
  const config::Hook* failed_;
  const config::Hook* root_;
  sys::Identity identity_;
  sys::CapabilitySet kept_{};
  const config::Variables* file_ = nullptr;  ///< of a hook with `for_each`
  bool changes_user_ = false;                ///< it runs as another user than pintle
};

}  // namespace pintle::init
