// sys/descriptors.hpp - closes descriptors that a child must not have. Makes system calls only, so
// it can run between fork(2) and exec(3).
#pragma once

namespace pintle::sys {

/// One more than the highest descriptor that this process can open, by its hard limit
/// (getrlimit(2)); at most 1,048,576, the kernel's default limit (fs.nr_open, proc(5)).
int descriptor_bound() noexcept;

/// Closes every descriptor from `first` on except `kept` (-1: none) by close_range(2). If the
/// kernel or a seccomp profile does not allow that, closes what /proc/self/fd lists; without /proc,
/// every number below `bound`.
void close_descriptors(int first, int kept, int bound) noexcept;

}  // namespace pintle::sys
