#include "init/actions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "health/probes.hpp"

namespace pintle::init {
namespace {

/// nullptr if it is a probe.
const hooks::Builtin* find_builtin(const config::Builtin& use) noexcept {
  const auto all = hooks::builtins();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto* one) { return &one->spec == use.spec; });
  return found == all.end() ? nullptr : *found;
}

}  // namespace

std::span<const config::ActionSpec* const> actions() {
  static const std::vector<const config::ActionSpec*> specs = [] {
    std::vector<const config::ActionSpec*> all;
    for (const hooks::Builtin* builtin : hooks::builtins()) all.push_back(&builtin->spec);
    for (const health::Probe* probe : health::probes()) all.push_back(&probe->spec);
    return all;
  }();
  return specs;
}

Result<void> refuse_empty(const config::Builtin& use) {
  const std::string_view name = config::empty_one_of(use.params);
  if (name.empty()) return {};
  return Error{"perform", 0, std::string(use.spec->name), fmt::format("its \"{}\" is empty", name)};
}

Result<std::string> perform(const config::Builtin& use, const hooks::Context& context,
                            pid_t main_pid) {
  TRY(refuse_empty(use));
  const hooks::Builtin* builtin = find_builtin(use);
  if (builtin != nullptr && !use.spec->is_apart) return builtin->run(use.params, context);
  for (const health::Probe* probe : health::probes()) {
    if (&probe->spec == use.spec) return probe->run(use.params, {main_pid, context.hide});
  }
  return Error{"perform", 0, std::string(use.spec->name), "there is no such action"};
}

Result<std::optional<std::vector<hooks::Foreseen>>> preview(const config::Builtin& use,
                                                            const hooks::Context& context) {
  const hooks::Builtin* builtin = find_builtin(use);
  if (builtin == nullptr || builtin->preview == nullptr) return std::nullopt;
  TRY(refuse_empty(use));
  return std::optional(TRY(builtin->preview(use.params, context)));
}

bool is_done(const config::Builtin& use, const hooks::Context& context) {
  const hooks::Builtin* builtin = find_builtin(use);
  const bool can_say = builtin != nullptr && builtin->is_done != nullptr && refuse_empty(use);
  return can_say && builtin->is_done(use.params, context);
}

}  // namespace pintle::init
