// The launcher's construction: who runs what, and everything that forbids a start.
#include <fmt/format.h>
#include <linux/capability.h>

#include "hooks/directory.hpp"
#include "init/launcher.hpp"

namespace pintle::init {
using config::ImageMode;

Launcher::Launcher(const config::Model& model, Surroundings surroundings)
    : model_(model), around_(std::move(surroundings)), hooks_(model.hooks.size()) {
  for (Owner owner = 0; owner < model_.hooks.size(); ++owner) {
    resolve_launch(owner, model_.hooks[owner].identity);
  }
  resolve_launch(kMain, model_.main.identity);
  report_missing_variables();
  resolve_kept_capabilities();
  if (refusal_.code != ExitCode::ok) return;
  refuse_shells();
  if (around_.self.uid != 0) {
    refuse_other_users();
  } else {
    refuse_root_main();
    refuse_without_capabilities();
  }
}

void Launcher::refuse(ExitCode code, std::string reason) {
  if (refusal_.code == ExitCode::ok) refusal_.code = code;
  refusal_.reasons.push_back(std::move(reason));
}

std::string Launcher::who(Owner owner) const {
  if (owner == kMain) return "main";
  return fmt::format("{} {}", config::name_of(model_.hooks[owner].kind), model_.hooks[owner].id);
}

void Launcher::resolve_launch(Owner owner, const config::Identity& wish) {
  Launch& one = owner == kMain ? main_ : hooks_[owner];
  one.wish = &wish;
  one.identity = around_.self;
  const std::string& user = wish.user.empty() ? model_.user : wish.user;
  if (user.empty()) return;
  auto identity = sys::resolve_user(user, around_.accounts);
  if (!identity) {
    // Without root nobody is stepped down to, so the top level's name need not exist.
    const bool matters = around_.self.uid == 0 || !wish.user.empty();
    if (matters)
      refuse(ExitCode::config, fmt::format("{}: {}", who(owner), identity.error().message()));
    return;
  }
  one.changes_user = identity->uid != around_.self.uid || identity->gid != around_.self.gid;
  if (around_.self.uid == 0 || identity->uid == around_.self.uid) one.identity = *identity;
}

void Launcher::report_missing_variables() {
  std::map<std::string, std::string> missing;
  const auto add = [&](const std::vector<config::MissingVariable>& more) {
    for (const auto& variable : more) {
      std::string& description = missing[variable.name];
      if (description.empty()) description = variable.description;
    }
  };
  const auto look = [&](std::string_view text, Owner owner) {
    std::vector<config::MissingVariable> more;
    (void)config::expand(text, scope(owner), more);
    add(more);
  };
  for (const Owner owner : owners()) {
    add(scope(owner).missing());
    look(launch(owner).wish->working_directory, owner);
    look(model_.working_directory, owner);
    const bool is_literal = owner == kMain && around_.main_is_literal;
    const auto* program = command(owner);
    if (program != nullptr && !program->shell_form && !is_literal) {
      look(program->program, owner);
      for (const std::string& word : program->arguments) look(word, owner);
    }
    if (owner == kMain) continue;
    const config::Action& action = model_.hooks[owner].action;
    if (const auto* http = std::get_if<config::HttpProbe>(&action)) look(http->url, owner);
    if (const auto* tcp = std::get_if<config::TcpProbe>(&action)) look(tcp->address, owner);
    if (const auto* directory = std::get_if<config::Directory>(&action)) {
      look(directory->path, owner);
      look(directory->owner, owner);
    }
  }
  for (const auto& [name, description] : missing) {
    refuse(ExitCode::config,
           description.empty() ? fmt::format("the variable {} is not set", name)
                               : fmt::format("the variable {} is not set ({})", name, description));
  }
}

void Launcher::resolve_kept_capabilities() {
  for (const std::string& name : model_.confinement.capabilities) {
    const auto number = sys::capability_number(name);
    if (!number) {
      refuse(ExitCode::config, fmt::format("/confinement/capabilities: \"{}\" is not a capability; "
                                           "write it like \"NET_BIND_SERVICE\"",
                                           name));
    } else if (!around_.capabilities.has(*number)) {
      refuse(ExitCode::refused,
             fmt::format("main is to keep the capability {}, which the container "
                         "was not given; add it with --cap-add",
                         name));
    } else {
      kept_.add(*number);
    }
  }
}

void Launcher::refuse_shells() {
  if (around_.image_mode != ImageMode::prebuilt) return;
  for (const Owner owner : owners()) {
    const config::Command* program = command(owner);
    if (program == nullptr || !program->shell_form) continue;
    refuse(ExitCode::refused,
           fmt::format("{}: its command needs a shell, which IMAGE_MODE=prebuilt does not allow; "
                       "write \"command\" and \"arguments\"",
                       who(owner)));
  }
}

void Launcher::refuse_root_main() {
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

void Launcher::refuse_without_capabilities() {
  const auto others = other_uids();
  if (others.empty()) return;
  sys::CapabilitySet missing = sys::CapabilitySet{}.add(CAP_SETUID).add(CAP_SETGID);
  missing.bits &= ~around_.capabilities.bits;
  if (missing.empty()) return;
  refuse(ExitCode::refused,
         fmt::format("cannot step down from root: the capabilities {} are missing; add them with "
                     "--cap-add, or start as the user itself with --user",
                     sys::capability_names(missing)));
}

/// Without root everything runs as we do; a hook that asks for somebody else cannot, unless it is a
/// built-in with nothing left to do.
void Launcher::refuse_other_users() {
  std::string hooks;
  for (Owner owner = 0; owner < model_.hooks.size(); ++owner) {
    const Launch& one = hooks_[owner];
    if (one.wish->user.empty() || !one.changes_user || needs_nothing(owner)) continue;
    if (!hooks.empty()) hooks += ", ";
    hooks += fmt::format("{} ({})", who(owner), one.wish->user);
  }
  if (!hooks.empty()) {
    refuse(
        ExitCode::refused,
        fmt::format("started as uid {}, so these cannot run as the user they name: {}; start the "
                    "container as root, or leave \"user\" out",
                    around_.self.uid, hooks));
  }
  if (main_.changes_user && refusal_.code == ExitCode::ok) {
    remarks_.push_back(fmt::format("started as uid {}: everything runs as that, not as \"{}\"",
                                   around_.self.uid,
                                   main_.wish->user.empty() ? model_.user : main_.wish->user));
  }
}

}  // namespace pintle::init
