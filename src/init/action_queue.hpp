// init/action_queue.hpp - the actions that wait to be taken. Of a fixed size, so that nothing in
// the supervisor allocates.
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

  /// News of a hook's attempt that ended last, with its time.
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
  // An event queues five at most, a turn of next() fewer, and they are taken before the next event
  // is noted.
  std::array<Action, 16> actions_{};
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
};

}  // namespace pintle::init
