#include "init/recipes.hpp"

#include <linux/capability.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace pintle::init {

using config::Kind;

Recipes::Recipes(const config::Model& model, Surroundings around)
    : basis_{model, std::move(around)}, main_(basis_) {
  for (const config::Role& role : config::roles_in(model)) {
    hooks_.emplace_back(basis_, role.hook, role.failed, role.root);
    const config::OutputVariable& output = role.hook->output_variable;
    if (output.name.empty()) continue;
    basis_.learned->outputs.values[output.name] = {
        .is_exported = output.is_exported,
        .is_secret = output.secret.value_or(is_secret_name(output.name))};
  }
}

std::vector<const Recipe*> Recipes::running() const {
  std::vector<const Recipe*> all;
  for (const Recipe& hook : hooks_) {
    if (!hook.is_skipped() && !hook.is_ruled_out()) all.push_back(&hook);
  }
  if (basis_.model.main.command) all.push_back(&main_);
  return all;
}

void Recipes::learn(const config::OutputVariable& variable, std::string value) const {
  constexpr std::size_t kShortest = 6;  // a shorter one would hide the log, as "true" does
  config::StepOutput& output = basis_.learned->outputs.values[variable.name];
  if (output.is_secret && value.size() >= kShortest) basis_.learned->secrets.add(value);
  output.value = std::move(value);
}

std::vector<Recipe*> RecipeDraft::all() {
  std::vector<Recipe*> all;
  for (Recipe& hook : hooks_) all.push_back(&hook);
  all.push_back(&main_);
  return all;
}

void Recipes::bind(Hooks& hooks) const {
  std::unordered_map<const config::Hook*, const Recipe*> by_hook;
  for (const Recipe& recipe : hooks_) by_hook.emplace(recipe.hook(), &recipe);
  hooks.main().recipe = &main_;
  for (Hook& hook : hooks) hook.recipe = by_hook.at(hook.config);
}

/// Main's user, which can see main's health anyway; if that is root, the user nobody. Without the
/// capabilities to switch the user, it stays root.
std::optional<sys::Identity> Recipes::server_identity() const {
  constexpr uid_t kNobody = 65534;  // the number in container runtimes and Kubernetes
  const Surroundings& around = basis_.around;
  if (basis_.model.listen.health.empty() || around.self.uid != 0) return std::nullopt;
  if (main_.identity().uid != 0) return main_.identity();
  const auto switches = sys::CapabilitySet{}.add(CAP_SETUID).add(CAP_SETGID);
  const bool can_switch = (switches.bits & ~around.capabilities.bits) == 0 &&
                          sys::is_mapped(around.uid_map, kNobody) &&
                          sys::is_mapped(around.gid_map, kNobody);
  if (!can_switch) return std::nullopt;
  return sys::Identity{.uid = kNobody, .gid = kNobody, .groups = {kNobody}};
}

sys::Child Recipes::server() const {
  sys::Child child;
  child.step_down.identity = server_ ? &*server_ : nullptr;
  child.step_down.no_new_privileges = true;
  return child;
}

std::vector<uid_t> Recipes::other_uids() const {
  std::vector<uid_t> uids;
  const auto add = [&](uid_t uid) {
    const bool is_new = std::find(uids.begin(), uids.end(), uid) == uids.end();
    if (uid != basis_.around.self.uid && is_new) uids.push_back(uid);
  };
  for (const Recipe* recipe : running()) add(recipe->identity().uid);
  if (server_) add(server_->uid);
  return uids;
}

std::optional<sys::StepDown> Recipes::way_down() const {
  if (basis_.around.self.uid != 0) return std::nullopt;
  if (basis_.model.init_as_main) return sys::StepDown{.identity = &main_.identity()};
  for (const Recipe* recipe : running()) {
    if (recipe->identity().uid == 0) continue;
    return sys::StepDown{.identity = &recipe->identity(), .kept = recipe->kept()};
  }
  return std::nullopt;
}

std::optional<sys::CapabilitySet> Recipes::needed_after_init() const noexcept {
  const sys::CapabilitySet switches = sys::CapabilitySet{}.add(CAP_SETUID).add(CAP_SETGID);
  sys::CapabilitySet needed = sys::CapabilitySet{}.add(CAP_KILL);
  if (!basis_.around.capabilities.has(CAP_KILL)) needed.add(CAP_SETUID);  // sys::signal_as()
  if (server_) needed.bits |= switches.bits;  // the child may have to be started again
  for (const Recipe& hook : hooks_) {
    if (hook.is_for(Kind::step)) continue;
    if (hook.identity().uid == 0) return std::nullopt;
    needed.bits |= switches.bits;
  }
  needed.bits |= kept_after_init().bits;
  return needed;
}

sys::CapabilitySet Recipes::kept_after_init() const noexcept {
  sys::CapabilitySet kept;
  for (const Recipe& hook : hooks_) {
    if (!hook.is_for(Kind::step)) kept.bits |= hook.kept().bits;
  }
  return kept;
}

}  // namespace pintle::init
