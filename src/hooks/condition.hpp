// hooks/condition.hpp - whether a condition holds, as far as it is known. Pure: who asks says what
// he knows of each leaf.
#pragma once

#include <functional>
#include <optional>

#include "config/model.hpp"

namespace pintle::hooks {

/// Whether a leaf (a step's id, a file, a variable, an image mode) holds; nullopt: not known here.
using Leaf = std::function<std::optional<bool>(const config::Condition& leaf)>;

/// nullopt when it depends on a leaf that is not known.
std::optional<bool> holds(const config::Condition& condition, const Leaf& leaf);

/// The same condition without the leaves that `leaf` knows: it holds whenever `condition` does.
config::Condition settled(const config::Condition& condition, const Leaf& leaf);

/// Calls `each` for every leaf.
void for_leaves(const config::Condition& condition,
                const std::function<void(const config::Condition&)>& each);

}  // namespace pintle::hooks
