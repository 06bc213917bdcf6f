// init/component.hpp - the interface of the components; each is for one kind of hook. A component
// starts its hooks when they are due and gets their outcome. Pure.
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

  /// A child of one of its hooks has been started.
  virtual void started(Hook&) noexcept {}

  /// A run of one of its hooks has ended, with its retries and its fallback.
  virtual void concluded(const Ended& ended, Time now) noexcept = 0;

  /// When drive() must be called even without an event; nullopt: never.
  virtual std::optional<Time> deadline() const noexcept = 0;

 protected:
  Component() = default;
  ~Component() = default;
};

/// What all components share.
struct ComponentContext {
  ActionQueue& queue;
  Attempts& attempts;
  const Lifecycle& lifecycle;
  /// Whether the condition of a hook holds; nullopt if its child must check it.
  std::function<std::optional<bool>(const Hook&)> holds;
};

}  // namespace pintle::init
