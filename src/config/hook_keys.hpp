// config/hook_keys.hpp - the keys of each kind of hook, without the names of the actions.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

/// The keys of a hook of that kind, of a group of steps, and of a step that is a fallback or a
/// repair.
const Object<Hook>& hook_object(Kind kind) noexcept;
const Object<Hook>& group_object() noexcept;
const Object<Hook>& fallback_object() noexcept;

}  // namespace pintle::config
