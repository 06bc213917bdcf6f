#include "config/model.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "config/image_mode.hpp"

namespace pintle::config {

const Variable* find(const Variables& variables, std::string_view name) noexcept {
  for (const Variable& variable : variables) {
    if (variable.name == name) return &variable;
  }
  return nullptr;
}

const Hook* group_of(const Model& model, const Hook& hook) noexcept {
  const auto* step = hook.if_is<StepPolicy>();
  return step != nullptr && step->group ? &model.hooks[*step->group] : nullptr;
}

std::string_view name_of(Kind kind) noexcept {
  constexpr std::string_view kNames[kKinds] = {"step", "check", "job", "shutdown"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view name_of(ImageMode mode) noexcept {
  return kImageModes[static_cast<std::size_t>(mode)];
}

Policy policy_of(Kind kind) {
  switch (kind) {
    case Kind::step:
      return StepPolicy{};
    case Kind::check:
      return CheckPolicy{};
    case Kind::job:
      return JobPolicy{};
    case Kind::shutdown:
      return ShutdownPolicy{};
  }
  return {};
}

bool may_stop_main(const Hook& hook) noexcept {
  const auto* check = hook.if_is<CheckPolicy>();
  return check != nullptr && (hook.on_failure == OnFailure::terminate || check->then_terminate);
}

std::vector<Role> roles_in(const Model& model) {
  std::vector<Role> roles;
  for (const Hook& hook : model.hooks) roles.push_back({&hook, nullptr, &hook});
  for (std::size_t i = 0; i < roles.size(); ++i) {
    const Role role = roles[i];
    for (const Hook& fallback : role.hook->fallback) {
      roles.push_back({&fallback, role.hook, role.root});
    }
  }
  return roles;
}

}  // namespace pintle::config
