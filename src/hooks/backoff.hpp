// hooks/backoff.hpp - how long to wait before the next attempt. Pure.
#pragma once

#include "config/model.hpp"

namespace pintle::hooks {

/// The wait after the failed attempt number `attempt` (from 1). `chance` is a random number from 0
/// to 1. Jitter only shortens the wait: by `chance` times its share.
Duration wait_after(const config::Backoff& backoff, int attempt, double chance) noexcept;

}  // namespace pintle::hooks
