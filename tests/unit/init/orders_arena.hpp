// Memory in which something lives that cannot be copied, because its parts point to each other.
// Where it allocates nothing after its construction, its memory put back is an earlier state of it.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace orders {

class Arena {
 public:
  using Image = std::vector<std::byte>;

  Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  /// Everything that `make` allocates is in here.
  void fill(const std::function<void()>& make);

  Image image() const { return {memory_.begin(), memory_.begin() + used_}; }
  void restore(const Image& image);

  /// For operator new.
  void* take(std::size_t size);
  bool has(const void* place) const;

 private:
  std::vector<std::byte> memory_;
  std::ptrdiff_t used_ = 0;
};

/// While there is one, an allocation ends the program: there is not to be any.
class NothingAllocates {
 public:
  NothingAllocates();
  NothingAllocates(const NothingAllocates&) = delete;
  NothingAllocates& operator=(const NothingAllocates&) = delete;
  ~NothingAllocates();
};

}  // namespace orders
