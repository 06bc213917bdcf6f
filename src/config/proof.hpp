// config/proof.hpp - the step that `trust` of the config stands for. Pure.
#pragma once

#include <string_view>

#include "config/model.hpp"

namespace pintle::config {

/// Where the manifest stands in the config.
inline constexpr std::string_view kProofPointer = "/trust/manifest";

/// True for the step that verifies the manifest of `trust`. It is the first of Model::hooks, and
/// every other step waits for it.
inline bool is_proof(const Hook& hook) noexcept {
  return hook.pointer == kProofPointer;
}

}  // namespace pintle::config
