// init/signal_helpers.hpp - the children that send a signal for PID 1 (sys/signal_as.hpp), until
// they are reaped. Pure.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace pintle::init {

class SignalHelpers {
 public:
  /// A target that means: the child may still signal any process.
  static constexpr pid_t kAnybody = -1;

  SignalHelpers() { all_.reserve(kMost); }  // so that add() does not allocate

  /// `target` is the process, or the process group, that the child may still signal; 0: none, it
  /// has finished.
  void add(pid_t pid, pid_t target) noexcept {
    if (all_.size() < kMost) all_.push_back({pid, target});
  }

  bool has(pid_t pid) const noexcept {
    return std::any_of(all_.begin(), all_.end(), [=](const One& one) { return one.pid == pid; });
  }

  /// Removes `pid`; true if it was one of the children.
  bool forget(pid_t pid) noexcept {
    return std::erase_if(all_, [=](const One& one) { return one.pid == pid; }) != 0;
  }

  /// The pid of a child that may still signal `target`; 0: none.
  pid_t late_for(pid_t target) const noexcept {
    const auto late = std::find_if(all_.begin(), all_.end(), [=](const One& one) {
      return one.target == target || one.target == kAnybody;
    });
    return late == all_.end() ? 0 : late->pid;
  }

 private:
  struct One {
    pid_t pid;
    pid_t target;
  };

  static constexpr std::size_t kMost = 256;  ///< any more count as orphans
  std::vector<One> all_;
};

}  // namespace pintle::init
