#include "init/actions.hpp"

#include <vector>

#include "health/probes.hpp"

namespace pintle::init {

std::span<const config::ActionSpec* const> actions() {
  static const std::vector<const config::ActionSpec*> specs = [] {
    std::vector<const config::ActionSpec*> all;
    for (const hooks::Builtin* builtin : hooks::builtins()) all.push_back(&builtin->spec);
    for (const health::Probe* probe : health::probes()) all.push_back(&probe->spec);
    return all;
  }();
  return specs;
}

Result<std::string> perform(const config::Builtin& use, const hooks::Context& context,
                            pid_t main_pid) {
  for (const hooks::Builtin* builtin : hooks::builtins()) {
    if (&builtin->spec == use.spec && !use.spec->is_apart) return builtin->run(use.params, context);
  }
  for (const health::Probe* probe : health::probes()) {
    if (&probe->spec == use.spec) return probe->run(use.params, {main_pid});
  }
  return Error{"perform", 0, std::string(use.spec->name), "there is no such action"};
}

bool is_done(const config::Builtin& use, const hooks::Context& context) {
  for (const hooks::Builtin* builtin : hooks::builtins()) {
    if (&builtin->spec != use.spec) continue;
    return builtin->is_done != nullptr && builtin->is_done(use.params, context);
  }
  return false;
}

}  // namespace pintle::init
