// init/action_queue.hpp - the queue of the supervisor's actions. It has a fixed size, so that the
// supervisor does not allocate.
#pragma once

#include <array>
#include <cassert>
#include <optional>

#include "init/events.hpp"
#include "init/hook.hpp"

namespace pintle::init {

class ActionQueue {
 public:
  void push(const Action& action) noexcept {
    assert(size_ < actions_.size());
    actions_[(begin_ + size_++) % actions_.size()] = action;
  }

  /// Queues news about the hook's last attempt, with the time that it took.
  void tell(News news, Hook& hook, int code = 0) noexcept {
    push(Tell{news, &hook, code, hook.run.last_time, hook.run.timed_out});
  }

  std::optional<Action> take() noexcept {
    if (size_ == 0) return std::nullopt;
    const Action action = actions_[begin_];
    begin_ = (begin_ + 1) % actions_.size();
    --size_;
    return action;
  }

 private:
  // An event queues at most five actions, a call of next() fewer, and all are taken before the next
  // event is noted.
  std::array<Action, 16> actions_{};
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
};

}  // namespace pintle::init
