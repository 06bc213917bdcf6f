// init/component.hpp - what there is one of for each kind of hook: it starts its hooks when they
// are due, and is told how they ended. Pure.
#pragma once

#include <functional>
#include <optional>

#include "init/action_queue.hpp"
#include "init/attempts.hpp"
#include "init/hook.hpp"
#include "init/lifecycle.hpp"

namespace pintle::init {

class Component {
 public:
  Component(const Component&) = delete;
  Component& operator=(const Component&) = delete;

  /// Does one thing that is due now; false if nothing is.
  virtual bool drive(Time now) noexcept = 0;

  /// A turn of one of its hooks, or of what stood in for it, has ended.
  virtual void concluded(const Ended& ended, Time now) noexcept = 0;

  /// When drive() will have something to do though nothing happens; nullopt: never.
  virtual std::optional<Time> deadline() const noexcept = 0;

 protected:
  Component() = default;
  ~Component() = default;
};

/// What the components work with.
struct Desk {
  ActionQueue& queue;
  Attempts& attempts;
  const Lifecycle& lifecycle;
  /// Whether the condition of a hook holds; nullopt where its child has to look.
  std::function<std::optional<bool>(const Hook&)> holds;
};

}  // namespace pintle::init
