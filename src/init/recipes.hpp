// init/recipes.hpp - the recipes of main and of all hooks, and the privileges that PID 1 needs for
// them.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "init/hook.hpp"
#include "init/recipe.hpp"
#include "sys/step_down.hpp"

namespace pintle::init {

/// Complete recipes, which nothing can change. Preflight makes them.
class Recipes {
 public:
  Recipes(const Recipes&) = delete;
  Recipes& operator=(const Recipes&) = delete;
  ~Recipes() = default;

  const Basis& basis() const noexcept { return basis_; }
  const config::Model& model() const noexcept { return basis_.model; }
  const Surroundings& around() const noexcept { return basis_.around; }
  const Secrets& secrets() const noexcept { return basis_.secrets(); }

  const Recipe& main() const noexcept { return main_; }
  /// The recipe of a hook in Model::hooks.
  const Recipe& of(const config::Hook& listed) const noexcept {
    return hooks_[static_cast<std::size_t>(&listed - basis_.model.hooks.data())];
  }
  /// All recipes of hooks, in the order of the config, fallbacks last.
  const std::deque<Recipe>& hooks() const noexcept { return hooks_; }

  /// The recipes that may run: those of hooks that are neither skipped nor ruled out, and of main
  /// if there is one.
  std::vector<const Recipe*> running() const;

  /// The steps run from here on: a variable that none of them has set has no value.
  void begin() const noexcept { basis_.learned->outputs.are_settled = true; }
  /// Sets the variable of a step that has succeeded.
  void learn(const config::OutputVariable& variable, std::string value) const;

  /// Sets Hook::recipe of each hook.
  void bind(Hooks& hooks) const;

  /// The child that serves `listen.health`, as main's user or as nobody.
  sys::Child server() const;

  /// `listen.health` with its variables expanded; "" if the config does not set it.
  std::string listen_address() const { return main_.expand(basis_.model.listen.health); }

  /// All uids that something runs as, except pintle's own.
  std::vector<uid_t> other_uids() const;

  /// The step-down to try before anything is started: PID 1's own, or that of the first recipe with
  /// another uid; nullopt if there is none.
  std::optional<sys::StepDown> way_down() const;

  /// The capabilities that PID 1 needs while main runs; nullopt: all, because a hook that may still
  /// run needs root.
  std::optional<sys::CapabilitySet> needed_after_init() const noexcept;

  /// The capabilities of hooks that may still run then.
  sys::CapabilitySet kept_after_init() const noexcept;

 protected:
  Recipes(const config::Model& model, Surroundings around);

 private:
  friend class RecipeDraft;

  std::optional<sys::Identity> server_identity() const;

  Basis basis_;
  std::deque<Recipe> hooks_{};
  Recipe main_;
  std::optional<sys::Identity> server_{};  ///< unset: pintle's own
};

/// Recipes that can be changed. Only the preflight has one: it completes it and passes it on as
/// Recipes.
class RecipeDraft final : public Recipes {
 public:
  /// The recipes are not checked, and run as pintle's own user.
  RecipeDraft(const config::Model& model, Surroundings around)
      : Recipes(model, std::move(around)) {}

  /// Every recipe, that of main last.
  std::vector<Recipe*> all();

  /// The contents of the files that variables name.
  config::FileValues& files() noexcept { return basis_.sources.files; }
  void set_secrets(Secrets secrets) noexcept { basis_.learned->secrets = std::move(secrets); }
  /// The container's limits: bytes of memory, thousandths of a CPU.
  void set_limits(std::int64_t memory, std::int64_t cpus) noexcept {
    basis_.sources.memory = memory;
    basis_.sources.cpus = cpus;
  }

  /// Chooses the user that serves `listen.health`; call it when all identities are known.
  void choose_server() { server_ = server_identity(); }
};

}  // namespace pintle::init
