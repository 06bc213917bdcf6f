#include "actions/action.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace pintle::actions {
namespace {

constexpr const Action* kActions[] = {
    &kDirectory,   &kFile,         &kLine,      &kCopy,         &kLink,      &kRemove,
    &kPermissions, &kCertificates, &kFetch,     &kWait,         &kPrune,     &kRotate,
    &kCheck,       &kLog,          &kFail,      &kFallback,     &kProbeHttp, &kProbeTcp,
    &kProbeUnix,   &kProbeGrpc,    &kProbeFile, &kProbeProcess,
};
constexpr std::size_t kProbes = 6;  // the last ones

const Action* find(const config::Builtin& use) noexcept {
  const auto* found = std::find_if(std::begin(kActions), std::end(kActions),
                                   [&](const Action* one) { return &one->spec == use.spec; });
  return found == std::end(kActions) ? nullptr : *found;
}

}  // namespace

std::span<const config::ActionSpec* const> specs() {
  static const auto all = [] {
    std::array<const config::ActionSpec*, std::size(kActions)> specs{};
    std::transform(std::begin(kActions), std::end(kActions), specs.begin(),
                   [](const Action* action) { return &action->spec; });
    return specs;
  }();
  return all;
}

std::span<const Action* const> probes() noexcept {
  return std::span(kActions).last(kProbes);
}

Result<void> refuse_empty(const config::Builtin& use) {
  const std::string_view name = config::empty_one_of(use);
  if (name.empty()) return {};
  return Error{"perform", 0, std::string(use.spec->name), fmt::format("its \"{}\" is empty", name)};
}

Result<std::string> perform(const config::Builtin& use, const Context& context) {
  TRY(refuse_empty(use));
  const Action* action = find(use);
  if (action != nullptr && action->run != nullptr && !config::is_apart(use)) {
    return action->run(use.params.get(), context);
  }
  return Error{"perform", 0, std::string(use.spec->name), "there is no such action"};
}

Result<std::optional<std::vector<Foreseen>>> foresee(const config::Builtin& use,
                                                     const Context& context) {
  const Action* action = find(use);
  if (action == nullptr || action->preview == nullptr) return std::nullopt;
  TRY(refuse_empty(use));
  return std::optional(TRY(action->preview(use.params.get(), context)));
}

bool needs_nothing(const config::Builtin& use, const Context& context) {
  const Action* action = find(use);
  const bool can_say = action != nullptr && action->is_done != nullptr && refuse_empty(use);
  return can_say && action->is_done(use.params.get(), context);
}

Result<Owner> resolve_owner(const std::optional<std::string>& owner,
                            const sys::Accounts& accounts) {
  if (!owner) return Owner{};
  const sys::Identity identity = TRY(sys::resolve_user(*owner, accounts));
  return Owner{identity.uid, identity.gid};
}

}  // namespace pintle::actions
