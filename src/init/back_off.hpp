// init/back_off.hpp - how long PID 1 waits before it repeats something that would fail again at
// once.
#pragma once

#include "base/clock.hpp"

namespace pintle::init {

/// PID 1 must neither spin nor exit.
inline constexpr Duration kBackOff(1000);

}  // namespace pintle::init
