#include "hooks/condition.hpp"

namespace pintle::hooks {
namespace {

using config::Condition;
using Node = Condition::Type;

bool is_leaf(Node type) noexcept {
  return type != Node::negation && type != Node::all && type != Node::any;
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
  if (condition.type == Node::all) return join(condition, leaf, false);
  if (condition.type == Node::any) return join(condition, leaf, true);
  const auto value = holds(condition.parts.front(), leaf);
  return value ? std::optional(!*value) : std::nullopt;
}

Condition settled(const Condition& condition, const Leaf& leaf) {
  Condition out = condition;
  for (Condition& part : out.parts) part = settled(part, leaf);
  if (!is_leaf(out.type)) return out;
  // An empty `all` is always true, an empty `any` never.
  if (const auto value = leaf(out)) out = {.type = *value ? Node::all : Node::any};
  return out;
}

void for_leaves(const Condition& condition, const std::function<void(const Condition&)>& each) {
  if (is_leaf(condition.type)) each(condition);
  for (const Condition& part : condition.parts) for_leaves(part, each);
}

}  // namespace pintle::hooks
