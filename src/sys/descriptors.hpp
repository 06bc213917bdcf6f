// sys/descriptors.hpp - closes what a process has open and should not have. System calls only, so
// that it can be done between fork(2) and exec(3).
#pragma once

namespace pintle::sys {

/// One more than the highest descriptor that this process can open, by its hard limit
/// (getrlimit(2)), but at most 1,048,576, the kernel's own usual bound (fs.nr_open, proc(5)).
int descriptor_bound() noexcept;

/// Closes every descriptor from `first` on but `kept` (-1: none) by close_range(2). Where a kernel
/// or a seccomp profile has none, it closes what /proc/self/fd lists; where that is not there
/// either, every number below `bound`.
void close_descriptors(int first, int kept, int bound) noexcept;

}  // namespace pintle::sys
