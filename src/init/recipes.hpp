// init/recipes.hpp - the recipes of main and of all hooks, and what PID 1 itself needs for them.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "init/hook.hpp"
#include "init/recipe.hpp"
#include "sys/step_down.hpp"

namespace pintle::init {

class Recipes {
 public:
  /// Not checked yet, and all of them as we are: see preflight.hpp.
  Recipes(const config::Model& model, Surroundings around);
  Recipes(const Recipes&) = delete;
  Recipes& operator=(const Recipes&) = delete;
  ~Recipes() = default;

  const Basis& basis() const noexcept { return basis_; }
  Basis& basis() noexcept { return basis_; }
  const config::Model& model() const noexcept { return basis_.model; }
  const Surroundings& around() const noexcept { return basis_.around; }
  const Secrets& secrets() const noexcept { return basis_.secrets; }

  const Recipe& main() const noexcept { return main_; }
  Recipe& main() noexcept { return main_; }
  /// Of a hook that is listed in the model.
  const Recipe& of(const config::Hook& listed) const noexcept {
    return hooks_[static_cast<std::size_t>(&listed - basis_.model.hooks.data())];
  }
  /// In the order of the config, fallbacks last.
  std::deque<Recipe>& hooks() noexcept { return hooks_; }
  const std::deque<Recipe>& hooks() const noexcept { return hooks_; }

  /// Those that may run: hooks that are neither skipped nor ruled out, and main if there is one.
  std::vector<const Recipe*> running() const;

  /// Gives each of PID 1's hooks its recipe.
  void bind(Hooks& hooks) const;

  /// When everybody's identity is known: who serves `listen.health`.
  void choose_server() { server_ = server_identity(); }

  /// The child that serves `listen.health`: as main's user, or one that is nobody.
  sys::Child server() const;

  /// `listen.health` with its variables; "" if there is none.
  std::string listen_address() const { return main_.expand(basis_.model.listen.health); }

  /// Every uid but our own that something runs as.
  std::vector<uid_t> other_uids() const;

  /// The way down that has to be possible, to be tried before anything is started: PID 1's own, or
  /// that of the first that runs as another uid; nullopt if nobody does.
  std::optional<sys::StepDown> way_down() const;

  /// What PID 1 must still be able to do when main runs; nullopt: keep everything, because a hook
  /// that is left runs as root.
  std::optional<sys::CapabilitySet> needed_after_init() const noexcept;

 private:
  std::optional<sys::Identity> server_identity() const;

  Basis basis_;
  std::deque<Recipe> hooks_{};
  Recipe main_;
  std::optional<sys::Identity> server_{};  ///< unset: as we are
};

}  // namespace pintle::init
