// config/circles.hpp - variables whose texts need each other. Pure.
#pragma once

#include <string>

#include "config/model.hpp"

namespace pintle::config {

/// Variables whose texts need each other in a circle, "A → B → A", or are made of each other too
/// often to be expanded; "" if there are none. `own` are those of a hook.
std::string check_circles(const Variables& top, const Variables& own);

}  // namespace pintle::config
