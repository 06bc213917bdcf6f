// sys/workers.hpp - does work in several processes at once, and shares memory between them. They
// are processes and not threads because the libcrypto of pintle-fetch is built without threads.
#pragma once

#include <cstddef>
#include <functional>

#include "base/result.hpp"

namespace pintle::sys {

/// Memory that this process shares with those that it forks later. It begins with zeros.
class SharedMemory {
 public:
  /// Errors: those of mmap(2).
  static Result<SharedMemory> make(std::size_t size) noexcept;

  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&&) = delete;
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory();

  void* data() const noexcept { return data_; }

 private:
  SharedMemory(void* data, std::size_t size) noexcept : data_(data), size_(size) {}

  void* data_;
  std::size_t size_;
};

/// How many processes can compute at the same time here, at most 16: the CPUs that this process may
/// use, or fewer if the control group limits them.
std::size_t useful_processes();

/// Calls `work(n)`, with n from 0 on, in `count` processes at the same time: this one, for n = 0,
/// and children. If no more can be forked, there are fewer; so `work` must take what is left to do
/// from memory that they share. Returns when all have ended. The children end with this process.
/// Errors: a child did not end by itself: it was killed, or `work` threw an exception there.
Result<void> in_processes(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace pintle::sys
