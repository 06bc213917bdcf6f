#include "init/launcher.hpp"

#include <fmt/format.h>
#include <linux/capability.h>

#include <algorithm>

#include "health/probes.hpp"
#include "hooks/directory.hpp"

namespace pintle::init {
namespace {

using config::Environ;
using config::Kind;

const std::string kShell = "/bin/sh";

/// HOME, USER and LOGNAME follow the user, environ(7); declared ones stay.
void follow_user(Environ& environ, const sys::Identity& identity, const Environ& declared) {
  const auto put = [&](std::string_view name, const std::string& value) {
    if (config::get(declared, name)) return;
    config::unset(environ, name);
    if (!value.empty()) config::set(environ, name, value);
  };
  put("HOME", identity.home);
  put("USER", identity.name);
  put("LOGNAME", identity.name);
}

int report_result(sys::Report& report, const Result<std::string>& result) {
  report.set_line(result ? *result : result.error().message());
  return result ? 0 : 1;
}

Result<sys::Ownership> owner_of(const std::string& spec, const sys::Accounts& accounts) {
  if (spec.empty()) return sys::Ownership{};
  const sys::Identity identity = TRY(sys::resolve_user(spec, accounts));
  return sys::Ownership{.uid = identity.uid, .gid = identity.gid};
}

}  // namespace

std::vector<Owner> Launcher::owners() const {
  std::vector<Owner> all;
  for (Owner owner = 0; owner < model_.hooks.size(); ++owner) all.push_back(owner);
  if (model_.main.command) all.push_back(kMain);
  return all;
}

const Launcher::Launch& Launcher::launch(Owner owner) const noexcept {
  return owner == kMain ? main_ : hooks_[owner];
}

const sys::Identity& Launcher::identity(Owner owner) const noexcept {
  return launch(owner).identity;
}

const config::Command* Launcher::command(Owner owner) const noexcept {
  if (owner == kMain) return model_.main.command ? &*model_.main.command : nullptr;
  return std::get_if<config::Command>(&model_.hooks[owner].action);
}

config::Scope Launcher::scope(Owner owner) const noexcept {
  return {around_.environment, model_.environment, launch(owner).wish->environment};
}

std::string Launcher::expand(std::string_view text, Owner owner) const {
  std::vector<config::MissingVariable> missing;  // looked for before anything was started
  auto expanded = config::expand(text, scope(owner), missing);
  return expanded ? *std::move(expanded) : std::string(text);
}

std::string Launcher::directory(Owner owner) const {
  const std::string& own = launch(owner).wish->working_directory;
  return expand(own.empty() ? model_.working_directory : own, owner);
}

Environ Launcher::environment(Owner owner) const {
  const Launch& one = launch(owner);
  Environ environ = scope(owner).child(one.wish->use_system_environment);
  // Main, started by whoever we are already, keeps what the container gave it.
  if (owner == kMain && !one.changes_user) return environ;
  const Environ nothing;
  const config::Scope declared(nothing, model_.environment, one.wish->environment);
  follow_user(environ, one.identity, declared.child(false));
  return environ;
}

sys::Child Launcher::child(Owner owner) const {
  const Launch& one = launch(owner);
  sys::Child child;
  child.directory = directory(owner);
  child.umask = one.wish->umask;
  child.step_down = {.identity = around_.self.uid == 0 ? &one.identity : nullptr,
                     .kept = owner == kMain ? kept_ : sys::CapabilitySet{},
                     .no_new_privileges = model_.confinement.no_new_privileges};
  if (owner == kMain) {
    child.placement = around_.has_terminal ? sys::Placement::foreground : sys::Placement::group;
  }
  const config::Command* program = command(owner);
  if (program == nullptr) {
    child.task = task(owner);
    return child;
  }
  child.environment = environment(owner);
  if (program->shell_form) {
    child.argv = {kShell, "-c", program->program};
    child.candidates = {kShell};
    return child;
  }
  const bool is_literal = owner == kMain && around_.main_is_literal;
  const auto word_of = [&](const std::string& word) {
    return is_literal ? word : expand(word, owner);
  };
  child.argv.push_back(word_of(program->program));
  for (const std::string& word : program->arguments) child.argv.push_back(word_of(word));
  child.candidates = sys::candidates_for(
      child.argv.front(), config::get(child.environment, "PATH").value_or(""), child.directory);
  return child;
}

sys::Task Launcher::task(Owner owner) const {
  const config::Action& action = model_.hooks[owner].action;
  if (const auto* http = std::get_if<config::HttpProbe>(&action)) {
    return [url = expand(http->url, owner)](sys::Report& report) {
      return report_result(report, health::probe_http(url));
    };
  }
  if (const auto* tcp = std::get_if<config::TcpProbe>(&action)) {
    return [address = expand(tcp->address, owner)](sys::Report& report) {
      return report_result(report, health::probe_tcp(address));
    };
  }
  const auto* directory = std::get_if<config::Directory>(&action);
  if (directory == nullptr) return {};
  hooks::DirectoryWish wish{.path = expand(directory->path, owner)};
  auto ownership = owner_of(expand(directory->owner, owner), around_.accounts);
  if (!ownership) {
    return [error = ownership.error()](sys::Report& report) {
      return report_result(report, Result<std::string>(error));
    };
  }
  wish.ownership = *ownership;
  wish.ownership.mode = directory->mode;
  return [wish](sys::Report& report) { return report_result(report, hooks::fulfil(wish)); };
}

bool Launcher::needs_nothing(Owner owner) const {
  const auto* directory = std::get_if<config::Directory>(&model_.hooks[owner].action);
  if (directory == nullptr) return false;
  auto ownership = owner_of(expand(directory->owner, owner), around_.accounts);
  if (!ownership) return false;
  ownership->mode = directory->mode;
  return hooks::is_fulfilled({expand(directory->path, owner), *ownership});
}

std::vector<uid_t> Launcher::other_uids() const {
  std::vector<uid_t> uids;
  for (const Owner owner : owners()) {
    const uid_t uid = identity(owner).uid;
    const bool is_new = std::find(uids.begin(), uids.end(), uid) == uids.end();
    if (uid != around_.self.uid && is_new) uids.push_back(uid);
  }
  return uids;
}

std::optional<sys::CapabilitySet> Launcher::needed_after_init() const noexcept {
  const sys::CapabilitySet switches = sys::CapabilitySet{}.add(CAP_SETUID).add(CAP_SETGID);
  sys::CapabilitySet needed = sys::CapabilitySet{}.add(CAP_KILL);
  if (!around_.capabilities.has(CAP_KILL)) needed.add(CAP_SETUID);  // kill_as() takes the uid then
  for (Owner owner = 0; owner < model_.hooks.size(); ++owner) {
    if (model_.hooks[owner].kind == Kind::step) continue;
    if (identity(owner).uid == 0) return std::nullopt;
    needed.bits |= switches.bits;
  }
  return needed;
}

}  // namespace pintle::init
