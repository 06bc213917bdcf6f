#include "init/launcher.hpp"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/text.hpp"
#include "hooks/plan.hpp"
#include "init/actions.hpp"

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

rlim_t bound(std::uint64_t value) noexcept {
  return value == config::kUnlimited ? RLIM_INFINITY : rlim_t{value};
}

bool exists(const std::string& path, mode_t type) noexcept {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && (info.st_mode & S_IFMT) == type;
}

}  // namespace

std::vector<Owner> Launcher::owners() const {
  std::vector<Owner> all;
  for (Owner owner = 0; owner < model_.hooks.size(); ++owner) {
    if (!is_skipped(owner)) all.push_back(owner);
  }
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
  return {around_.environment, model_.environment, launch(owner).wish->environment, &files_};
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
  if (!around_.notify_socket.empty()) {
    // An outer one is pintle's to speak to, and a watchdog's pid is pintle's too.
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_PID"}) config::unset(environ, name);
    if (owner == kMain) config::set(environ, "NOTIFY_SOCKET", around_.notify_socket);
  }
  if (owner == kMain && around_.passed_sockets > 0) {
    config::set(environ, "LISTEN_FDS", fmt::format("{}", around_.passed_sockets));
    config::set(environ, "LISTEN_PID", "0000000000");  // sys::spawn() writes main's over it
    if (!around_.socket_names.empty()) config::set(environ, "LISTEN_FDNAMES", around_.socket_names);
  }
  // Main, started by whoever we are already, keeps what the container gave it.
  const sys::Identity& self = around_.self;
  const bool is_ours = one.identity.uid == self.uid && one.identity.gid == self.gid;
  if (owner == kMain && is_ours) return environ;
  const Environ nothing;
  const config::Scope declared(nothing, model_.environment, one.wish->environment);
  follow_user(environ, one.identity, declared.child(false));
  return environ;
}

/// As whom and within which bounds.
void Launcher::set_surroundings(Owner owner, sys::Child& child) const {
  const Launch& one = launch(owner);
  child.directory = directory(owner);
  child.umask = one.wish->umask;
  child.nice = one.wish->nice;
  child.inherit_input = one.wish->input == config::Input::inherit;
  for (const config::Limit& limit : one.wish->limits) {
    child.limits.push_back({limit.name, limit.resource, {bound(limit.soft), bound(limit.hard)}});
  }
  const bool is_taken = around_.self.uid == 0 || one.identity.groups_are_named;
  child.step_down = {.identity = is_taken ? &one.identity : nullptr,
                     .kept = owner == kMain ? kept_ : sys::CapabilitySet{},
                     .no_new_privileges = model_.confinement.no_new_privileges};
  if (owner == kMain) {
    child.passed = around_.passed_sockets;
    child.placement = around_.has_terminal ? sys::Placement::foreground : sys::Placement::group;
  }
}

void Launcher::set_program(Owner owner, const config::Command& program, sys::Child& child) const {
  child.environment = environment(owner);
  if (program.shell_form) {
    child.argv = {kShell, "-c", program.program};
    child.candidates = {kShell};
    return;
  }
  // The words of COMMAND come last, and stand as they are.
  const std::size_t words = program.arguments.size() + 1;
  const std::size_t literal_from = owner == kMain ? words - around_.literal_words : words;
  for (std::size_t i = 0; i < words; ++i) {
    const std::string& word = i == 0 ? program.program : program.arguments[i - 1];
    child.argv.push_back(i < literal_from ? expand(word, owner) : word);
  }
  child.candidates = sys::candidates_for(
      child.argv.front(), config::get(child.environment, "PATH").value_or(""), child.directory);
}

sys::Child Launcher::child(Owner owner, const Occasion& occasion) const {
  sys::Child child;
  set_surroundings(owner, child);
  child.outlet = occasion.outlet;
  if (owner != kMain) {
    const config::Hook& hook = model_.hooks[owner];
    child.discard_output = hook.output == config::Output::discard;
    if (occasion.leaf && hook.condition) child.condition = condition(owner, occasion.leaf);
  }
  const config::Command* program = command(owner);
  if (program == nullptr) {
    set_action(owner, occasion.main_pid, child);
    return child;
  }
  set_program(owner, *program, child);
  const bool keeps = owner != kMain && model_.hooks[owner].output == config::Output::file;
  if (keeps) {
    child.task = kept_output(owner, child);
  } else if (occasion.viewer >= 0) {
    child.task = shown_output(child, occasion.viewer);
  }
  return child;
}

sys::Child Launcher::server() const {
  sys::Child child;
  child.step_down.identity = server_ ? &*server_ : nullptr;
  child.step_down.no_new_privileges = true;
  return child;
}

/// The use of a built-in with its texts expanded.
config::Builtin Launcher::builtin(Owner owner) const {
  config::Builtin use = completed(owner);
  use.params.for_texts([&](std::string& text) { text = expand(text, owner); });
  return use;
}

sys::Task Launcher::task(Owner owner, pid_t main_pid) const {
  return [this, owner, main_pid, use = builtin(owner)](sys::Report& report) {
    const config::Scope variables = scope(owner);
    const auto note = [this](const std::string& line) { sys::send_note(scrub(line)); };
    const auto hide = [this](std::string text) { return scrub(std::move(text)); };
    const auto result = perform(use, {around_.accounts, variables, note, hide}, main_pid);
    // Here, while the text is whole: the report cuts it, and a piece of a secret is not recognized.
    report.set_line(result ? scrub(*result) : words_of(result.error()));
    return result ? 0 : 1;
  };
}

sys::Condition Launcher::condition(Owner owner, const hooks::Leaf& leaf) const {
  using Type = config::Condition::Type;
  return [this, owner, leaf] {
    const auto look = [&](const config::Condition& one) -> std::optional<bool> {
      if (one.type == Type::file) return exists(expand(one.text, owner), S_IFREG);
      if (one.type == Type::directory) return exists(expand(one.text, owner), S_IFDIR);
      return leaf(one);
    };
    return hooks::holds(*model_.hooks[owner].condition, look).value_or(false);
  };
}

std::optional<bool> Launcher::known_leaf(Owner owner, const config::Condition& leaf) const {
  using Type = config::Condition::Type;
  if (leaf.type == Type::image_mode) return leaf.image_mode == around_.image_mode;
  if (leaf.type != Type::variable) return std::nullopt;
  return scope(owner).is_given(leaf.text);
}

config::Pairs Launcher::fields(Owner owner) const {
  config::Pairs fields = model_.hooks[owner].logging.fields;
  const config::Scope masked = scope(owner).masked();
  for (auto& [name, value] : fields) {
    std::vector<config::MissingVariable> missing;
    const auto expanded = config::expand(value, masked, missing);
    value = without_credentials(scrub(expanded ? *expanded : value));
  }
  return fields;
}

std::string Launcher::scrub(std::string text) const {
  for (const std::string& secret : secrets_) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
      text.replace(at, secret.size(), "***");
      at += 3;
    }
  }
  return text;
}

std::string Launcher::words_of(Error error) const {
  error.subject = scrub(std::move(error.subject));
  return scrub(error.message());
}

std::size_t Launcher::secret_begun_in(std::string_view text) const noexcept {
  std::size_t longest = 0;
  for (const std::string_view secret : secrets_) {
    std::size_t size = std::min(secret.size() - 1, text.size());
    while (size > longest && !text.ends_with(secret.substr(0, size))) --size;
    longest = std::max(longest, size);
  }
  return longest;
}

std::string Launcher::scrub_cut(std::string text) const {
  // Fewer letters are hidden by chance more often than by need, which would tell them.
  constexpr std::size_t kFewest = 4;
  text = scrub(std::move(text));
  const std::size_t begun = secret_begun_in(text);
  if (begun >= kFewest) text.replace(text.size() - begun, begun, "***");
  return text;
}

/// Of a job it cannot be said: it comes again, and finds something else then.
bool Launcher::needs_nothing(Owner owner) const {
  if (model_.hooks[hooks::origin_of(model_, owner)].kind != Kind::step) return false;
  if (!std::holds_alternative<config::Builtin>(model_.hooks[owner].action)) return false;
  const config::Scope variables = scope(owner);
  return is_done(builtin(owner), {around_.accounts, variables});
}

/// True for what will not run, and for what would stand in for it.
bool Launcher::is_skipped(Owner owner) const {
  if (owner == kMain) return false;
  const Kind kind = model_.hooks[hooks::origin_of(model_, owner)].kind;
  if (around_.has_only_steps && kind != Kind::step) return true;
  return !hooks::runs_in(model_, owner, around_.image_mode);
}

std::vector<uid_t> Launcher::other_uids() const {
  std::vector<uid_t> uids;
  const auto add = [&](uid_t uid) {
    const bool is_new = std::find(uids.begin(), uids.end(), uid) == uids.end();
    if (uid != around_.self.uid && is_new) uids.push_back(uid);
  };
  for (const Owner owner : owners()) add(identity(owner).uid);
  if (server_) add(server_->uid);
  return uids;
}

std::optional<sys::CapabilitySet> Launcher::needed_after_init() const noexcept {
  const sys::CapabilitySet switches = sys::CapabilitySet{}.add(CAP_SETUID).add(CAP_SETGID);
  sys::CapabilitySet needed = sys::CapabilitySet{}.add(CAP_KILL);
  if (!around_.capabilities.has(CAP_KILL)) needed.add(CAP_SETUID);  // for sys::signal_as()
  if (server_) needed.bits |= switches.bits;  // it may have to be started again
  for (Owner owner = 0; owner < model_.hooks.size(); ++owner) {
    // What stands for a job or repairs for a check is called a step as well.
    if (model_.hooks[hooks::origin_of(model_, owner)].kind == Kind::step) continue;
    if (identity(owner).uid == 0) return std::nullopt;
    needed.bits |= switches.bits;
  }
  return needed;
}

}  // namespace pintle::init
