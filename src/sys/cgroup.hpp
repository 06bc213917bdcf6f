// sys/cgroup.hpp - how much memory and CPU the container may use, cgroups(7).
#pragma once

#include <cstdint>
#include <string>

namespace pintle::sys {

struct ContainerLimits {
  std::int64_t memory;  ///< bytes
  std::int64_t cpus;    ///< thousandths of a CPU
};

/// The smallest limit of the control groups that this process is in, of version 1 or 2; without one
/// what the machine has. `root` is put before the paths of files. Reads /proc and /sys.
ContainerLimits container_limits(const std::string& root = {});

}  // namespace pintle::sys
