// config/hook_keys.hpp - the keys of hooks, but for the names of actions: what each kind may say.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

/// The keys of a hook: one that is listed, or one that stands in another's stead.
const Object<Hook>& hook_object(Kind kind) noexcept;
const Object<Hook>& group_object() noexcept;
const Object<Hook>& fallback_object() noexcept;

}  // namespace pintle::config
