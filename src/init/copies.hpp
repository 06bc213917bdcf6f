// init/copies.hpp - jobs that may run several times at once. Pure.
#pragma once

#include "config/model.hpp"

namespace pintle::init {

/// How many runs of a job with "concurrencyPolicy": "Allow" there may be at a time.
inline constexpr std::size_t kMostRuns = 8;

/// Each such job gets copies of itself and of its fallbacks, behind all other hooks: a hook has one
/// child at a time, so everything else need not know. See Hook::copy_of.
void add_copies(config::Model& model);

}  // namespace pintle::init
