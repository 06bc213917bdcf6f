// The launcher's part for who everything runs as: users, groups, capabilities, and what of them
// cannot be had.
#include <fmt/format.h>
#include <linux/capability.h>

#include <algorithm>

#include "base/shown.hpp"
#include "hooks/plan.hpp"
#include "init/launcher.hpp"

namespace pintle::init {
namespace {

using config::ImageMode;

bool holds(const std::vector<gid_t>& groups, gid_t group) {
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

}  // namespace

void Launcher::resolve_launch(Owner owner, const config::Identity& wish) {
  Launch& one = owner == kMain ? main_ : hooks_[owner];
  one.wish = &wish;
  one.identity = around_.self;
  const std::string& user = wish.user.empty() ? model_.user : wish.user;
  if (user.empty()) return resolve_groups(owner);
  auto identity = sys::resolve_user(user, around_.accounts);
  if (!identity) {
    // Without root nobody is stepped down to, so the top level's name need not exist, and a number
    // needs no entry to be ours or not.
    const bool is_number = user.find_first_not_of("0123456789") == std::string::npos;
    const bool matters = around_.self.uid == 0 || (!wish.user.empty() && !is_number);
    if (matters && !is_skipped(owner))
      refuse(ExitCode::config, fmt::format("{}: {}", who(owner), identity.error().message()));
    if (matters) return;
    one.changes_user = !is_number || !sys::is_uid(user, around_.self.uid);  // which has to be said
    return resolve_groups(owner);
  }
  one.changes_user = identity->uid != around_.self.uid || identity->gid != around_.self.gid;
  if (!one.changes_user) identity->groups = around_.self.groups;  // the container's, as they are
  if (around_.self.uid == 0 || identity->uid == around_.self.uid) one.identity = *identity;
  resolve_groups(owner);
}

/// Those at the top belong to the user there: who names a user of its own has that one's.
void Launcher::resolve_groups(Owner owner) {
  Launch& one = owner == kMain ? main_ : hooks_[owner];
  const bool is_tops = !one.wish->groups && one.wish->user.empty();
  const auto& wish = is_tops ? model_.groups : one.wish->groups;
  if (!wish) return;
  sys::Identity& identity = one.identity;
  auto groups = wanted_groups(identity, *wish);
  if (groups) {
    identity.groups = *std::move(groups);
    identity.groups_are_named = true;
  } else if (!is_skipped(owner)) {
    refuse(ExitCode::config, fmt::format("{}: {}", who(owner), groups.error().message()));
  }
}

/// Those by name or number; or the user's, and what the container was started with beyond what
/// its own user has: root's groups are not handed down.
Result<std::vector<gid_t>> Launcher::wanted_groups(const sys::Identity& user,
                                                   const config::Groups& wish) const {
  std::vector<gid_t> groups;
  if (!wish.are_inherited) {
    for (const std::string& name : wish.names) {
      groups.push_back(TRY(sys::resolve_group(name, around_.accounts)));
    }
    return groups;
  }
  const sys::Identity& self = around_.self;
  groups = user.groups;
  if (user.uid == self.uid && user.gid == self.gid) return self.groups;
  const auto own = TRY(sys::groups_of(self, around_.accounts));
  for (const gid_t group : self.groups) {
    if (!holds(own, group) && !holds(groups, group)) groups.push_back(group);
  }
  return groups;
}

/// Whether it names groups that `from` does not have as they are.
bool Launcher::changes_groups(Owner owner, const sys::Identity& from) const {
  const sys::Identity& identity = launch(owner).identity;
  if (!identity.groups_are_named) return false;
  const auto has_all = [&](const std::vector<gid_t>& all, const std::vector<gid_t>& some) {
    return std::all_of(some.begin(), some.end(),
                       [&](gid_t group) { return group == identity.gid || holds(all, group); });
  };
  return !has_all(from.groups, identity.groups) || !has_all(identity.groups, from.groups);
}

/// Main's user, who knows the application's health anyway; where that is root, nobody. Root without
/// the capabilities to become somebody else has none to lose.
void Launcher::choose_server() {
  constexpr uid_t kNobody = 65534;  // as container runtimes and Kubernetes number it
  const auto switches = sys::CapabilitySet{}.add(CAP_SETUID).add(CAP_SETGID);
  const bool can_switch = (switches.bits & ~around_.capabilities.bits) == 0 &&
                          sys::is_mapped(around_.uid_map, kNobody) &&
                          sys::is_mapped(around_.gid_map, kNobody);
  if (model_.listen.health.empty() || around_.self.uid != 0) return;
  if (main_.identity.uid != 0) {
    server_ = main_.identity;
  } else if (can_switch) {
    server_ = sys::Identity{.uid = kNobody, .gid = kNobody, .groups = {kNobody}};
  }
}

/// Runtimes make capabilities effective for root only, whatever they were asked to add.
std::string Launcher::why_not_held(const std::string& name, unsigned number) const {
  if (around_.self.uid == 0 || !around_.bounding.has(number)) {
    return fmt::format(
        "main is to keep the capability {}, which the container was not given; add "
        "it with --cap-add",
        name);
  }
  return fmt::format(
      "main is to keep the capability {}, which the container was given, but not uid {} that it "
      "starts as: runtimes give it to root only; start the container as root and name \"user\": "
      "\"{}:{}\" in the config",
      name, around_.self.uid, around_.self.uid, around_.self.gid);
}

void Launcher::resolve_kept_capabilities() {
  const auto& names = model_.confinement.capabilities;
  if (!names) {
    if (around_.self.uid != 0) kept_ = around_.ambient;
    return;
  }
  for (const std::string& name : *names) {
    const auto number = sys::capability_number(name);
    if (!number) {
      refuse(ExitCode::config, fmt::format("/confinement/capabilities: \"{}\" is not a capability; "
                                           "write it like \"NET_BIND_SERVICE\"",
                                           name));
    } else if (!around_.capabilities.has(*number)) {
      refuse(ExitCode::refused, why_not_held(name, *number));
    } else {
      kept_.add(*number);
    }
  }
}

/// A user namespace maps some ids only, and no process in it can have another.
void Launcher::refuse_unmapped(Owner owner) {
  const sys::Identity& identity = launch(owner).identity;
  const auto refuse_one = [&](const char* kind, std::uint32_t id) {
    refuse(ExitCode::refused, fmt::format("{} cannot have the {} {}: it is {}", who(owner), kind,
                                          id, sys::unmapped(kind)));
  };
  if (!sys::is_mapped(around_.uid_map, identity.uid)) refuse_one("uid", identity.uid);
  if (!sys::is_mapped(around_.gid_map, identity.gid)) return refuse_one("gid", identity.gid);
  if (&identity == &around_.self || identity.groups == around_.self.groups) return;
  for (const gid_t group : identity.groups) {
    if (!sys::is_mapped(around_.gid_map, group)) return refuse_one("gid", group);
  }
}

void Launcher::refuse_root_main() {
  if (model_.init_is_dumpable && around_.image_mode == ImageMode::prebuilt) {
    refuse(ExitCode::refused,
           "\"init\": {\"dumpable\": true} lets others trace PID 1, which IMAGE_MODE=prebuilt does "
           "not allow; leave it out");
  }
  const bool is_named = !main_.wish->user.empty() || !model_.user.empty();
  if (main_.identity.uid != 0 || is_named || !model_.main.command) return;
  if (around_.image_mode == ImageMode::prebuilt) {
    refuse(ExitCode::refused,
           "main would run as root, which IMAGE_MODE=prebuilt does not allow; name a \"user\" "
           "(\"root\" if it must be)");
    return;
  }
  remarks_.push_back("main runs as root; name a \"user\" in the config, or start with --user");
}

/// With `"init": {"user": "main"}` nobody else can be become when init is over.
void Launcher::refuse_strangers_of_init() {
  if (!model_.init_as_main) return;
  std::string hooks;
  for (const Owner owner : owners()) {
    if (owner == kMain || model_.hooks[hooks::origin_of(model_, owner)].kind == config::Kind::step)
      continue;
    const sys::Identity& identity = launch(owner).identity;
    const bool is_mains = identity.uid == main_.identity.uid && identity.gid == main_.identity.gid;
    if (is_mains && !changes_groups(owner, main_.identity)) continue;
    const std::string one = fmt::format("{} ({}:{})", who(owner), identity.uid, identity.gid);
    if (hooks.find(one) != std::string::npos) continue;  // of a job's copy
    hooks += (hooks.empty() ? "" : ", ") + one;
  }
  if (hooks.empty()) return;
  refuse(ExitCode::refused,
         fmt::format("PID 1 takes main's user, {}:{}, when init is over (\"init\": {{\"user\": "
                     "\"main\"}}), so these could never run as theirs: {}; give them main's, or "
                     "leave \"init\" out",
                     main_.identity.uid, main_.identity.gid, hooks));
}

void Launcher::refuse_without_capabilities() {
  sys::CapabilitySet missing;
  if (!other_uids().empty()) missing.add(CAP_SETUID).add(CAP_SETGID);
  const auto all = owners();
  const bool changes_gid = std::any_of(all.begin(), all.end(), [&](Owner owner) {
    return identity(owner).gid != around_.self.gid || changes_groups(owner, around_.self);
  });
  if (changes_gid) missing.add(CAP_SETGID);
  missing.bits &= ~around_.capabilities.bits;
  if (missing.empty()) return;
  if (around_.self.uid != 0) {
    return refuse(ExitCode::refused,
                  fmt::format("started as uid {}, which cannot take other groups than those that "
                              "the container has; add them there (--group-add), or start as root",
                              around_.self.uid));
  }
  refuse(ExitCode::refused,
         fmt::format("cannot step down from root: the capabilities {} are missing; add them with "
                     "--cap-add, or start as the user itself with --user",
                     sys::capability_names(missing)));
}

std::optional<sys::StepDown> Launcher::way_down() const {
  if (around_.self.uid != 0) return std::nullopt;
  if (model_.init_as_main) return sys::StepDown{.identity = &main_.identity};
  for (const Owner owner : owners()) {
    if (identity(owner).uid == 0) continue;
    return sys::StepDown{.identity = &identity(owner),
                         .kept = owner == kMain ? kept_ : sys::CapabilitySet{}};
  }
  return std::nullopt;
}

/// Without root everything runs as we do; a hook that asks for somebody else cannot, unless it is a
/// built-in with nothing left to do.
void Launcher::refuse_other_users() {
  std::string hooks;
  for (Owner owner = 0; owner < model_.hooks.size(); ++owner) {
    const Launch& one = hooks_[owner];
    if (one.wish->user.empty() || !one.changes_user || is_skipped(owner)) continue;
    if (needs_nothing(owner)) continue;
    if (!hooks.empty()) hooks += ", ";
    hooks += fmt::format("{} ({})", who(owner), shown_value(one.wish->user));
  }
  if (!hooks.empty()) {
    refuse(
        ExitCode::refused,
        fmt::format("started as uid {}, so these cannot run as the user they name: {}; start the "
                    "container as root, or leave \"user\" out",
                    around_.self.uid, hooks));
  }
  if (main_.changes_user && refusal_.code == ExitCode::ok) {
    const std::string& user = main_.wish->user.empty() ? model_.user : main_.wish->user;
    remarks_.push_back(fmt::format("started as uid {}: everything runs as that, not as \"{}\"",
                                   around_.self.uid, shown_value(user)));
  }
}

}  // namespace pintle::init
