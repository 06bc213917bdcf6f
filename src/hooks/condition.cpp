#include "hooks/condition.hpp"

namespace pintle::hooks {
namespace {

using config::Condition;
using Type = Condition::Type;

bool is_leaf(Type type) noexcept {
  return type != Type::negation && type != Type::all && type != Type::any;
}

/// A false part decides `all`, a true part decides `any`.
std::optional<bool> join(const Condition& condition, const Leaf& leaf, bool decisive) {
  bool is_known = true;
  for (const Condition& part : condition.parts) {
    const auto value = holds(part, leaf);
    if (value == decisive) return decisive;
    is_known = is_known && value.has_value();
  }
  return is_known ? std::optional(!decisive) : std::nullopt;
}

}  // namespace

std::optional<bool> holds(const Condition& condition, const Leaf& leaf) {
  if (is_leaf(condition.type)) return leaf(condition);
  if (condition.type == Type::all) return join(condition, leaf, false);
  if (condition.type == Type::any) return join(condition, leaf, true);
  const auto value = holds(condition.parts.front(), leaf);
  return value ? std::optional(!*value) : std::nullopt;
}

Condition settled(const Condition& condition, const Leaf& leaf) {
  Condition out = condition;
  for (Condition& part : out.parts) part = settled(part, leaf);
  if (!is_leaf(out.type)) return out;
  // An empty `all` is always true, an empty `any` never.
  if (const auto value = leaf(out)) out = {.type = *value ? Type::all : Type::any};
  return out;
}

void for_leaves(const Condition& condition, const std::function<void(const Condition&)>& each) {
  if (is_leaf(condition.type)) each(condition);
  for (const Condition& part : condition.parts) for_leaves(part, each);
}

}  // namespace pintle::hooks
