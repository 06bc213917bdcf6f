// init/helpers.hpp - the children that send a signal for us (sys/signal_as.hpp), until they are
// reaped. Pure.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace pintle::init {

class Helpers {
 public:
  /// In place of a pid: it may still signal anybody.
  static constexpr pid_t kAnybody = -1;

  Helpers() { all_.reserve(kMost); }  // so that remembering one cannot fail

  /// `target`: whom, or whose group, it may still signal; 0: nobody, it has done its work.
  void add(pid_t pid, pid_t target) noexcept {
    if (all_.size() < kMost) all_.push_back({pid, target});
  }

  bool has(pid_t pid) const noexcept {
    return std::any_of(all_.begin(), all_.end(), [=](const One& one) { return one.pid == pid; });
  }

  /// True if `pid` was one, once.
  bool forget(pid_t pid) noexcept {
    return std::erase_if(all_, [=](const One& one) { return one.pid == pid; }) != 0;
  }

  /// One that may still signal `target`; 0: none.
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

  static constexpr std::size_t kMost = 256;  ///< more would count as orphans
  std::vector<One> all_;
};

}  // namespace pintle::init
