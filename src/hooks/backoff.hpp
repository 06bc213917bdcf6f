// hooks/backoff.hpp - how long to wait before a further attempt. Pure.
#pragma once

#include "config/model.hpp"

namespace pintle::hooks {

/// The wait after the failed attempt `attempt` (from 1). `chance` is from 0 to 1: jitter takes that
/// part of its share away, so that no wait is longer than without it.
Duration wait_after(const config::Backoff& backoff, int attempt, double chance) noexcept;

}  // namespace pintle::hooks
