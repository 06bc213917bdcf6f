// health/answer.hpp - what `pintle health` says: the table "Health while not running" of design
// section 2. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.hpp"
#include "health/state.hpp"

namespace pintle::health {

enum class Phase : std::uint8_t { init, running, stopping };

std::string_view name_of(Phase phase) noexcept;
std::string_view name_of(config::Question question) noexcept;

struct CheckView {
  std::string id;
  config::Question question;
  Verdict verdict;
  std::string message;  ///< what the last run said
};

/// Which answer is wanted: Docker's (live and ready), or one of the three probes.
enum class Asked : std::uint8_t { health, live, ready, startup };

struct Answer {
  bool healthy;
  std::string reason;  ///< which check and why, or the phase; never empty
};

/// The answer for the whole container.
Answer answer(Asked asked, Phase phase, std::span<const CheckView> checks);

/// The answer for these checks only: all must be healthy. An id that is not there is unhealthy.
Answer answer_for(std::span<const std::string> ids, std::span<const CheckView> checks);

}  // namespace pintle::health
