#include "init/identities.hpp"

#include <fmt/format.h>
#include <linux/capability.h>

#include <algorithm>
#include <utility>

#include "base/shown.hpp"

namespace pintle::init {
namespace {

using config::ImageMode;
using Remarks = std::vector<std::string>;

bool holds(const std::vector<gid_t>& groups, gid_t group) {
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

/// The groups that the config lists by name or number. Without a list: the groups of the user, and
/// those that the container was started with in addition to the groups of its own user. Root's own
/// groups are not passed on.
Result<std::vector<gid_t>> wanted_groups(const sys::Identity& user, const config::Groups& wish,
                                         const Surroundings& around) {
  std::vector<gid_t> groups;
  if (!wish.are_inherited) {
    for (const std::string& name : wish.names) {
      groups.push_back(TRY(sys::resolve_group(name, around.accounts)));
    }
    return groups;
  }
  const sys::Identity& self = around.self;
  groups = user.groups;
  if (user.uid == self.uid && user.gid == self.gid) return self.groups;
  const auto own = TRY(sys::groups_of(self, around.accounts));
  for (const gid_t group : self.groups) {
    if (!holds(own, group) && !holds(groups, group)) groups.push_back(group);
  }
  return groups;
}

/// True if the config lists groups for `identity` that differ from those of `from`.
bool changes_groups(const sys::Identity& identity, const sys::Identity& from) {
  if (!identity.groups_are_named) return false;
  const auto has_all = [&](const std::vector<gid_t>& all, const std::vector<gid_t>& some) {
    return std::all_of(some.begin(), some.end(),
                       [&](gid_t group) { return group == identity.gid || holds(all, group); });
  };
  return !has_all(from.groups, identity.groups) || !has_all(identity.groups, from.groups);
}

void refuse_unknown(const Recipe& recipe, const Error& error, Refusal& refusal) {
  if (recipe.is_skipped() || recipe.is_ruled_out()) return;
  refusal.add(ExitCode::config, fmt::format("{}: {}", recipe.name(), error.message()));
}

struct User {
  sys::Identity identity;
  bool is_other = false;  ///< not the user of this process
};

/// The user that the recipe names; the user of this process if it names none, or if pintle was not
/// started as root.
Result<User> wanted_user(const Recipe& recipe, const Surroundings& around) {
  const sys::Identity& self = around.self;
  const std::string user = recipe.user();
  if (user.empty()) return User{self};
  auto identity = sys::resolve_user(user, around.accounts);
  if (!identity) {
    // Without root there is no step-down, so the user at the top level need not exist, and a number
    // can be compared without a passwd entry.
    const bool is_number = user.find_first_not_of("0123456789") == std::string::npos;
    const bool matters = self.uid == 0 || (!recipe.wish().user.empty() && !is_number);
    if (matters) return std::move(identity).error();
    return User{self, !is_number || !sys::is_uid(user, self.uid)};
  }
  const bool is_other = identity->uid != self.uid || identity->gid != self.gid;
  if (!is_other) identity->groups = self.groups;  // the groups that the container was started with
  const bool can_follow = self.uid == 0 || identity->uid == self.uid;
  return User{can_follow ? *std::move(identity) : self, is_other};
}

void resolve(Recipe& recipe, const Recipes& recipes, Refusal& refusal) {
  auto user = wanted_user(recipe, recipes.around());
  if (!user) return refuse_unknown(recipe, user.error(), refusal);
  // The groups at the top level belong to the user there. A hook with its own user has that user's
  // groups.
  const config::Identity& own = recipe.wish();
  const auto& wish = !own.groups && own.user.empty() ? recipes.model().groups : own.groups;
  if (wish) {
    config::Groups named = *wish;
    for (std::string& name : named.names) name = recipe.expand(name);
    auto groups = wanted_groups(user->identity, named, recipes.around());
    if (groups) {
      user->identity.groups = *std::move(groups);
      user->identity.groups_are_named = true;
    } else {
      refuse_unknown(recipe, groups.error(), refusal);
    }
  }
  recipe.run_as(std::move(user->identity), user->is_other);
}

/// Why a capability is not held. Container runtimes make added capabilities effective for root
/// only.
std::string why_not_held(const std::string& who, const std::string& name, unsigned number,
                         const Surroundings& around) {
  const sys::Identity& self = around.self;
  if (self.uid == 0 || !around.bounding.has(number)) {
    return fmt::format(
        "{} must keep the capability {}, which the container does not have; add it with "
        "--cap-add",
        who, name);
  }
  return fmt::format(
      "{} must keep the capability {}, which uid {} does not have: container runtimes grant it to "
      "root only; start the container as root, with \"user\": \"{}:{}\" in the config",
      who, name, self.uid, self.uid, self.gid);
}

/// The capabilities that `recipe` is to keep, by their names in the config at `where`.
sys::CapabilitySet keep_named(const Recipe& recipe, const std::vector<std::string>& names,
                              const std::string& where, const Surroundings& around,
                              Refusal& refusal) {
  sys::CapabilitySet kept;
  for (const std::string& name : names) {
    const auto number = sys::capability_number(name);
    if (!number) {
      refusal.add(ExitCode::config, fmt::format("{}: \"{}\" is not a capability; write it "
                                                "like \"NET_BIND_SERVICE\"",
                                                where, name));
    } else if (!around.capabilities.has(*number)) {
      refusal.add(ExitCode::refused, why_not_held(recipe.name(), name, *number, around));
    } else {
      kept.add(*number);
    }
  }
  return kept;
}

/// A user namespace maps only some ids, and a process in it cannot have any other id.
void refuse_unmapped(const Recipe& recipe, const Surroundings& around, Refusal& refusal) {
  const sys::Identity& identity = recipe.identity();
  const auto refuse = [&](const char* kind, std::uint32_t id) {
    refusal.add(ExitCode::refused, fmt::format("{} cannot have the {} {}: it is {}", recipe.name(),
                                               kind, id, sys::unmapped(kind)));
  };
  if (!sys::is_mapped(around.uid_map, identity.uid)) refuse("uid", identity.uid);
  if (!sys::is_mapped(around.gid_map, identity.gid)) return refuse("gid", identity.gid);
  if (identity.groups == around.self.groups) return;
  for (const gid_t group : identity.groups) {
    if (!sys::is_mapped(around.gid_map, group)) return refuse("gid", group);
  }
}

void refuse_root_main(const Recipes& recipes, Refusal& refusal, Remarks& remarks) {
  const config::Model& model = recipes.model();
  const bool is_prebuilt = recipes.around().image_mode == ImageMode::prebuilt;
  if (model.init_is_dumpable && is_prebuilt) {
    refusal.add(ExitCode::refused,
                "\"init\": {\"dumpable\": true} lets others trace PID 1, which IMAGE_MODE=prebuilt "
                "does not allow; leave it out");
  }
  const Recipe& main = recipes.main();
  if (main.identity().uid != 0 || !main.user_text().empty() || !model.main.command) return;
  if (is_prebuilt) {
    return refusal.add(ExitCode::refused,
                       "main would run as root, which IMAGE_MODE=prebuilt does not allow; name a "
                       "\"user\" (\"root\" if it must be)");
  }
  remarks.emplace_back("main runs as root; name a \"user\" in the config, or start with --user");
}

/// With `"init": {"user": "main"}`, PID 1 cannot switch to any other user after the init phase.
void refuse_strangers_of_init(const Recipes& recipes, Refusal& refusal) {
  if (!recipes.model().init_as_main) return;
  const sys::Identity& main = recipes.main().identity();
  std::vector<std::string> strangers;
  for (const Recipe* recipe : recipes.running()) {
    if (recipe->is_main() || recipe->is_for(config::Kind::step)) continue;
    const sys::Identity& identity = recipe->identity();
    const bool is_mains = identity.uid == main.uid && identity.gid == main.gid;
    if (is_mains && !changes_groups(identity, main) && recipe->kept().empty()) continue;
    strangers.push_back(fmt::format("{} ({}:{})", recipe->name(), identity.uid, identity.gid));
  }
  if (strangers.empty()) return;
  refusal.add(
      ExitCode::refused,
      fmt::format("PID 1 switches to main's user, {}:{}, after the init steps (\"init\": "
                  "{{\"user\": \"main\"}}), so these cannot run as their own user: {}; give "
                  "them main's user, or remove \"init\"",
                  main.uid, main.gid, fmt::join(strangers, ", ")));
}

/// Without root, everything runs as pintle's user. A hook with another user is refused, unless that
/// is main's, which the container runs as another one on purpose, or it is a built-in that has
/// nothing left to do.
void refuse_other_users(const Recipes& recipes, Refusal& refusal, Remarks& remarks) {
  const uid_t self = recipes.around().self.uid;
  std::vector<std::string> others;
  for (const Recipe& hook : recipes.hooks()) {
    const std::string& user = hook.wish().user;
    if (user.empty() || !hook.changes_user()) continue;
    if (hook.is_skipped() || hook.is_ruled_out()) continue;
    if (hook.needs_nothing() || hook.user() == recipes.main().user()) continue;
    others.push_back(fmt::format("{} ({})", hook.name(), shown_value(user)));
  }
  if (!others.empty()) {
    refusal.add(ExitCode::refused,
                fmt::format("started as uid {}, so these cannot run as the user they name: {}; "
                            "start the container as root, or let them run only then, with the "
                            "condition {{\"startedAs\": \"root\"}}",
                            self, fmt::join(others, ", ")));
  }
  if (recipes.main().changes_user() && refusal.is_none()) {
    remarks.push_back(fmt::format("started as uid {}: everything runs as that, not as \"{}\"", self,
                                  shown_value(recipes.main().user())));
  }
}

void refuse_without_capabilities(const Recipes& recipes, Refusal& refusal) {
  const Surroundings& around = recipes.around();
  sys::CapabilitySet missing;
  if (!recipes.other_uids().empty()) missing.add(CAP_SETUID).add(CAP_SETGID);
  const auto running = recipes.running();
  const bool changes_gid = std::any_of(running.begin(), running.end(), [&](const Recipe* recipe) {
    const sys::Identity& identity = recipe->identity();
    return identity.gid != around.self.gid || changes_groups(identity, around.self);
  });
  if (changes_gid) missing.add(CAP_SETGID);
  missing.bits &= ~around.capabilities.bits;
  if (missing.empty()) return;
  if (around.self.uid != 0) {
    return refusal.add(ExitCode::refused,
                       fmt::format("started as uid {}, which cannot take other groups than those "
                                   "that the container has; add them there (--group-add), or "
                                   "start as root",
                                   around.self.uid));
  }
  refusal.add(ExitCode::refused,
              fmt::format("cannot step down from root: the capabilities {} are missing; add them "
                          "with --cap-add, or start as the user itself with --user",
                          sys::capability_names(missing)));
}

}  // namespace

void resolve_identities(RecipeDraft& recipes, Refusal& refusal) {
  for (Recipe* recipe : recipes.all()) resolve(*recipe, recipes, refusal);
  recipes.choose_server();
}

void resolve_kept_capabilities(RecipeDraft& recipes, Refusal& refusal) {
  const Surroundings& around = recipes.around();
  const auto& of_main = recipes.model().confinement.capabilities;
  for (Recipe* recipe : recipes.all()) {
    if (recipe->is_main() && !of_main) {
      if (around.self.uid != 0) recipe->keep(around.ambient);
    } else if (recipe->is_main()) {
      recipe->keep(keep_named(*recipe, *of_main, "/confinement/capabilities", around, refusal));
    } else if (!recipe->is_skipped() && !recipe->is_ruled_out()) {
      recipe->keep(keep_named(*recipe, recipe->hook()->capabilities,
                              recipe->hook()->pointer + "/capabilities", around, refusal));
    }
  }
}

void refuse_identities(const Recipes& recipes, Refusal& refusal, Remarks& remarks) {
  for (const Recipe* recipe : recipes.running()) {
    refuse_unmapped(*recipe, recipes.around(), refusal);
  }
  if (recipes.around().self.uid != 0) {
    refuse_other_users(recipes, refusal, remarks);
  } else {
    refuse_root_main(recipes, refusal, remarks);
    refuse_strangers_of_init(recipes, refusal);
  }
  refuse_without_capabilities(recipes, refusal);
}

}  // namespace pintle::init
