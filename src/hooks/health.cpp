#include "hooks/health.hpp"

#include <fmt/format.h>

namespace pintle::hooks {
namespace {

using config::Question;

std::string describe(const CheckView& check) {
  std::string text = fmt::format("check {} is {}", check.id, name_of(check.verdict));
  if (!check.message.empty()) text += fmt::format(": {}", check.message);
  return text;
}

/// The first check with this question for whose verdict `spoils` is true.
template <class Spoils>
const CheckView* find(std::span<const CheckView> checks, Question question, Spoils spoils) {
  for (const CheckView& check : checks) {
    if (check.question == question && spoils(check.verdict)) return &check;
  }
  return nullptr;
}

bool is_not_healthy(Verdict verdict) noexcept {
  return verdict != Verdict::healthy;
}

Answer live(Phase phase, std::span<const CheckView> checks) {
  if (phase != Phase::running) return {true, fmt::format("alive, {}", name_of(phase))};
  const CheckView* bad =
      find(checks, Question::liveness, [](Verdict v) { return v == Verdict::unhealthy; });
  if (bad != nullptr) return {false, describe(*bad)};
  return {true, "alive"};
}

Answer startup(Phase phase, std::span<const CheckView> checks) {
  if (phase == Phase::init) return {false, "the init steps are not done"};
  const CheckView* bad = find(checks, Question::startup, is_not_healthy);
  if (bad != nullptr) return {false, describe(*bad)};
  return {true, "started"};
}

Answer ready(Phase phase, std::span<const CheckView> checks, MainSays main) {
  if (phase == Phase::stopping) return {false, "the container is stopping"};
  Answer started = startup(phase, checks);
  if (!started.healthy) return started;
  if (main == MainSays::starting) return {false, "main has not sent READY=1"};
  if (main == MainSays::stopping) return {false, "main has sent STOPPING=1"};
  const CheckView* bad = find(checks, Question::readiness, is_not_healthy);
  if (bad != nullptr) return {false, describe(*bad)};
  return {true, "ready"};
}

}  // namespace

std::string_view name_of(Phase phase) noexcept {
  constexpr std::string_view kNames[] = {"init", "running", "stopping"};
  return kNames[static_cast<std::size_t>(phase)];
}

std::string_view name_of(MainSays says) noexcept {
  constexpr std::string_view kNames[] = {"", "starting", "ready", "stopping"};
  return kNames[static_cast<std::size_t>(says)];
}

std::string_view name_of(config::Question question) noexcept {
  constexpr std::string_view kNames[] = {"readiness", "liveness", "startup"};
  return kNames[static_cast<std::size_t>(question)];
}

Answer answer(Asked asked, Phase phase, std::span<const CheckView> checks, MainSays main) {
  switch (asked) {
    case Asked::live:
      return live(phase, checks);
    case Asked::startup:
      return startup(phase, checks);
    case Asked::ready:
      return ready(phase, checks, main);
    case Asked::health:
      break;
  }
  Answer alive = live(phase, checks);
  if (!alive.healthy) return alive;
  Answer all = ready(phase, checks, main);
  if (all.healthy) all.reason = "healthy";
  return all;
}

Answer answer_for(std::span<const std::string> ids, std::span<const CheckView> checks) {
  for (const std::string& id : ids) {
    const CheckView* found = nullptr;
    for (const CheckView& check : checks) {
      if (check.id == id) found = &check;
    }
    if (found == nullptr) return {false, fmt::format("there is no check \"{}\"", id)};
    if (found->verdict != Verdict::healthy) return {false, describe(*found)};
  }
  return {true, "healthy"};
}

}  // namespace pintle::hooks
