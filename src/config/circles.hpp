// config/circles.hpp - variables whose values need each other. Pure.
#pragma once

#include <string>

#include "config/model.hpp"

namespace pintle::config {

/// Returns a message if the values of variables need each other in a circle, "A → B → A", or are
/// made of too many others; "" if not. `own` are the variables of a hook.
std::string check_circles(const Variables& top, const Variables& own);

}  // namespace pintle::config
