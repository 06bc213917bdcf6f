// schedule/timer.hpp - when a job is due, for both kinds of schedule. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "schedule/every.hpp"
#include "schedule/slots.hpp"

namespace pintle::schedule {

/// Delays each run by up to `most`. The delay is computed from the slot and the seed, so a restart
/// does not change it. A slot that passes during the delay of another one is skipped.
struct Jitter {
  Duration most{};
  std::uint64_t seed = 0;

  Duration delay(std::uint64_t slot) const noexcept;
};

/// A number that is the same for each start of this job in this container, and differs between
/// containers and jobs.
std::uint64_t seed_of(std::string_view host, std::string_view id) noexcept;

class Timer {
 public:
  explicit Timer(Duration every, Jitter jitter = {}) noexcept
      : kind_(Every(every)), jitter_(jitter) {}
  explicit Timer(const Cron& cron, Jitter jitter = {}) noexcept
      : kind_(Slots(cron)), jitter_(jitter) {}

  /// Starts the schedule. The first slot of a cron may be one of the last 24 hours whose delay ends
  /// after `now`.
  void begin(Time now) noexcept;
  void end() noexcept {
    std::visit([](auto& kind) { kind.end(); }, kind_);
  }
  std::optional<Time> due() const noexcept {
    return std::visit(
        [this](const auto& kind) -> std::optional<Time> {
          const auto slot = kind.due();
          if (!slot) return std::nullopt;
          return *slot + jitter_.delay(kind.key(*slot));
        },
        kind_);
  }
  /// Takes the run at due(); the next one is after `now`.
  void take(Time now) noexcept {
    std::visit([now](auto& kind) { kind.take(now); }, kind_);
  }
  /// The last time until `now` at which a run was due; nullopt if it is more than `within` ago.
  /// Call it before take().
  std::optional<Time> last_due(Time now, Duration within) const noexcept;
  /// The wall clock is `offset` ahead of the boot clock from `now` on.
  void set_clock(WallOffset offset, Time now) noexcept {
    if (auto* slots = std::get_if<Slots>(&kind_)) slots->set_clock(offset, now);
  }

 private:
  std::variant<Every, Slots> kind_;
  Jitter jitter_;
};

}  // namespace pintle::schedule
