// actions/ages.hpp - the ages of files by the wall clock, to which their times belong.
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace pintle::actions {

/// The moment that was `age` ago, in nanoseconds since the epoch.
inline std::int64_t moment_before(Duration age) {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(system_clock::now().time_since_epoch() - age).count();
}

/// How long ago `moment` was, in whole seconds; 0 if it is in the future.
inline Duration age_of(std::int64_t moment) {
  using namespace std::chrono;
  const nanoseconds age(moment_before(Duration(0)) - moment);
  return std::max(floor<seconds>(age), seconds(0));
}

/// Nanoseconds since the epoch.
inline std::int64_t modified(const struct stat& info) noexcept {
  return std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

}  // namespace pintle::actions
