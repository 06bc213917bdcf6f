// hooks/health.hpp - what `pintle health` says: the table "Health while not running" of design
// section 2. Pure.
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

/// What main has said of itself by sd_notify(3).
enum class MainSays : std::uint8_t {
  nothing,   ///< it is not asked
  starting,  ///< READY=1 has not come yet, or not since RELOADING=1
  ready,
  stopping,  ///< STOPPING=1
};

std::string_view name_of(MainSays says) noexcept;

struct CheckView {
  std::string id;
  config::Question question;
  Verdict verdict;
  std::string message;        ///< what the last run said
  std::int64_t runs = 0;      ///< how many were begun
  std::int64_t failures = 0;  ///< how many of them failed
};

/// Which answer is wanted: Docker's (live and ready), or one of the three probes.
enum class Asked : std::uint8_t { health, live, ready, startup };

struct Answer {
  bool healthy;
  std::string reason;  ///< which check and why, or the phase; never empty
};

/// The answer for the whole container.
Answer answer(Asked asked, Phase phase, std::span<const CheckView> checks,
              MainSays main = MainSays::nothing);

/// The answer for these checks only: all must be healthy. An id that is not there is unhealthy.
Answer answer_for(std::span<const std::string> ids, std::span<const CheckView> checks);

}  // namespace pintle::hooks
