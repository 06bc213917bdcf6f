// schedule/timer.hpp - when a job is due, whichever way its schedule is written. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "schedule/every.hpp"
#include "schedule/slots.hpp"

namespace pintle::schedule {

/// Each run is put off by up to `most`: by the same time for one slot and seed, so that a start
/// again finds it where it was, and by another one for every other. A slot that passes while
/// another is put off is left out.
struct Jitter {
  Duration most{};
  std::uint64_t seed = 0;

  Duration delay(std::uint64_t slot) const noexcept;
};

/// A seed of its own for each container and job.
std::uint64_t seed_of(std::string_view host, std::string_view id) noexcept;

class Timer {
 public:
  explicit Timer(Duration every, Jitter jitter = {}) noexcept
      : kind_(Every(every)), jitter_(jitter) {}
  explicit Timer(const Cron& cron, Jitter jitter = {}) noexcept
      : kind_(Slots(cron)), jitter_(jitter) {}

  /// From here on there are slots. Of a cron, one of the last 24 hours that is put off until after
  /// `now` is the first.
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
  /// The run at due() is taken; the next one lies after `now`.
  void take(Time now) noexcept {
    std::visit([now](auto& kind) { kind.take(now); }, kind_);
  }
  /// When the last run was due until `now`; nullopt if that is longer ago than `within`. To be
  /// asked before take().
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
