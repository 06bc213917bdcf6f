#include "hooks/builtin.hpp"

namespace pintle::hooks {
namespace {

constexpr const Builtin* kBuiltins[] = {
    &kDirectory, &kFile, &kLink,  &kRemove, &kPermissions, &kCertificates,
    &kFetch,     &kWait, &kPrune, &kRotate, &kCheck,       &kFallback,
};

}  // namespace

std::span<const Builtin* const> builtins() noexcept {
  return kBuiltins;
}

Result<Owner> resolve_owner(const std::string& owner, const sys::Accounts& accounts) {
  if (owner.empty()) return Owner{};
  const sys::Identity identity = TRY(sys::resolve_user(owner, accounts));
  return Owner{identity.uid, identity.gid};
}

}  // namespace pintle::hooks
