// hooks/arguments.hpp - the arguments of a command that count in one start. Pure.
#pragma once

#include <vector>

#include "config/model.hpp"
#include "hooks/condition.hpp"

namespace pintle::hooks {

/// The entries in their order, and of a choice those of the side that its condition chooses; of
/// both sides if `leaf` does not know. None of the result is a choice.
std::vector<const config::Argument*> chosen(const config::Arguments& arguments, const Leaf& leaf);

}  // namespace pintle::hooks
