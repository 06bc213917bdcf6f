// hooks/condition.hpp - whether a condition holds, as far as its leaves are known. Pure: the caller
// provides the value of each leaf.
#pragma once

#include <functional>
#include <optional>

#include "config/model.hpp"

namespace pintle::hooks {

/// Whether a leaf (a step's id, a file, a variable, an image mode) holds; nullopt: the caller does
/// not know.
using Leaf = std::function<std::optional<bool>(const config::Condition& leaf)>;

/// nullopt if the result depends on a leaf that is not known.
std::optional<bool> holds(const config::Condition& condition, const Leaf& leaf);

/// An equivalent condition in which the leaves that `leaf` knows are replaced by their value.
config::Condition settled(const config::Condition& condition, const Leaf& leaf);

/// Calls `each` for every leaf.
void for_leaves(const config::Condition& condition,
                const std::function<void(const config::Condition&)>& each);

}  // namespace pintle::hooks
