// init/back_off.hpp - the rest of PID 1 after what failed and would fail again at once.
#pragma once

#include "base/clock.hpp"

namespace pintle::init {

/// Never spin, never exit.
inline constexpr Duration kBackOff(1000);

}  // namespace pintle::init
