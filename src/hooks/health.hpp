// hooks/health.hpp - the answer of `pintle health` and of the probes. Pure. During the init phase a
// container is alive, but neither started nor ready; while it stops, it is alive, but not ready.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.hpp"
#include "hooks/check_state.hpp"

namespace pintle::hooks {

enum class Phase : std::uint8_t { init, running, stopping };

std::string_view name_of(Phase phase) noexcept;
std::string_view name_of(config::Question question) noexcept;

/// The state that main has sent by sd_notify(3).
enum class MainSays : std::uint8_t {
  nothing,   ///< main does not use sd_notify(3)
  starting,  ///< no READY=1 since the start or since RELOADING=1
  ready,
  stopping,  ///< STOPPING=1
};

std::string_view name_of(MainSays says) noexcept;

struct CheckView {
  std::string id;
  config::Question question;
  Verdict verdict;
  std::string message;        ///< of the last run
  std::int64_t runs = 0;      ///< how many have begun
  std::int64_t failures = 0;  ///< how many of them failed
};

/// Which answer is wanted: `health`, for Docker, is live and ready; the others are the Kubernetes
/// probes.
enum class Asked : std::uint8_t { health, live, ready, startup };

struct Answer {
  bool healthy;
  std::string reason;  ///< which check and why, or the phase; never empty
};

/// The answer for the whole container.
Answer answer(Asked asked, Phase phase, std::span<const CheckView> checks,
              MainSays main = MainSays::nothing);

/// The answer for these checks only: all must be healthy. An unknown id is not healthy.
Answer answer_for(std::span<const std::string> ids, std::span<const CheckView> checks);

}  // namespace pintle::hooks
