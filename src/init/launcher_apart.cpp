// The launcher's part for what pintle-fetch does: which uses of built-ins those are, and what it is
// told of them.
#include <algorithm>

#include "config/request.hpp"
#include "hooks/apart.hpp"
#include "hooks/builtin.hpp"
#include "init/actions.hpp"
#include "init/launcher.hpp"

namespace pintle::init {

std::optional<Result<std::string>> Launcher::request(Owner owner) const {
  if (!is_apart(owner)) return std::nullopt;
  const config::Builtin use = builtin(owner);
  if (auto empty = refuse_empty(use); !empty) return Result<std::string>(std::move(empty).error());
  return config::encode_request(use, values_of(use.spec->variables, owner));
}

/// In the child itself, or by the second program.
void Launcher::set_action(Owner owner, pid_t main_pid, sys::Child& child) const {
  auto told = request(owner);
  if (!told) {
    child.task = task(owner, main_pid);
    return;
  }
  if (!*told) {
    child.task = [line = told->error().message()](sys::Report& report) {
      report.set_line(line);
      return 1;
    };
    return;
  }
  child.environment = environment(owner);
  child.argv = child.candidates = {around_.fetch_program};
  child.task = [program = program_of(child), text = **std::move(told)](sys::Report& report) {
    return hooks::run_apart(program, text, report);
  };
}

/// Those that have a value.
config::Pairs Launcher::values_of(std::span<const std::string_view> names, Owner owner) const {
  config::Pairs pairs;
  for (const std::string_view name : names) {
    if (auto value = scope(owner).value(name)) pairs.emplace_back(name, *std::move(value));
  }
  return pairs;
}

bool Launcher::is_apart(Owner owner) const {
  const auto* use = std::get_if<config::Builtin>(&model_.hooks[owner].action);
  if (use == nullptr) return false;
  const config::Builtin whole = completed(owner);
  return use->spec->is_apart || whole.params.has("sha256") || whole.params.has("prohibit");
}

/// A file that stands in for a result goes where that would have gone, and has to prove the same.
config::Builtin Launcher::completed(Owner owner) const {
  config::Builtin use = std::get<config::Builtin>(model_.hooks[owner].action);
  if (use.spec != &hooks::kFallback.spec) return use;
  const auto failed = std::find_if(model_.hooks.begin(), model_.hooks.end(),
                                   [&](const auto& hook) { return hook.fallback_hook == owner; });
  if (failed == model_.hooks.end()) return use;
  const bool has_destination = use.params.has("destination");
  if (!has_destination && !failed->output_file.empty()) {
    use.params.set("destination", failed->output_file);
  }
  const auto* whole = std::get_if<config::Builtin>(&failed->action);
  if (whole == nullptr) return use;
  const auto copy = [&](std::string_view from, std::string_view to) {
    if (const config::Value* value = whole->params.find(from)) use.params.set(to, *value);
  };
  for (const std::string_view name : {"sha256", "prohibit"}) copy(name, name);
  if (has_destination || whole->spec->place.empty()) return use;
  copy(whole->spec->place, "destination");
  for (const std::string_view name : {"mode", "owner"}) copy(name, name);
  return use;
}

}  // namespace pintle::init
