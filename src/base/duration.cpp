#include "base/duration.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

namespace pintle {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
// Largest first: a text must name its units in this order.
constexpr Unit kUnits[] = {
    {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1},
};

/// Takes one number from the front of `text`; nullopt if there is none or it is too large.
std::optional<std::int64_t> take_number(std::string_view& text) noexcept {
  std::int64_t number = 0;
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

/// Takes a unit's name from the front of `text`. Returns its row, which must come after `last`;
/// null if there is none.
const Unit* take_unit(std::string_view& text, const Unit* last) noexcept {
  std::size_t letters = 0;
  while (letters < text.size() && text[letters] >= 'a' && text[letters] <= 'z') ++letters;
  const std::string_view name = text.substr(0, letters);
  text.remove_prefix(letters);
  const Unit* first = last == nullptr ? std::begin(kUnits) : last + 1;
  for (const Unit* unit = first; unit != std::end(kUnits); ++unit) {
    if (unit->name == name) return unit;
  }
  return nullptr;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) noexcept {
  if (text == "0") return Duration(0);
  if (text.empty()) return std::nullopt;
  const std::int64_t limit = kLongestDuration.count();
  std::int64_t total = 0;
  const Unit* unit = nullptr;
  while (!text.empty()) {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    unit = take_unit(text, unit);
    if (unit == nullptr || *number > limit / unit->milliseconds) return std::nullopt;
    total += *number * unit->milliseconds;
    if (total > limit) return std::nullopt;
  }
  return Duration(total);
}

std::optional<std::int64_t> parse_size(std::string_view text) noexcept {
  constexpr std::string_view kNames[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  const auto number = take_number(text);
  if (!number) return std::nullopt;
  std::int64_t factor = 1;
  for (const std::string_view name : kNames) {
    if (name == text) {
      if (*number > INT64_MAX / factor) return std::nullopt;
      return *number * factor;
    }
    factor *= 1024;
  }
  return std::nullopt;
}

std::string format_duration(Duration duration) {
  std::int64_t left = duration.count();
  if (left <= 0) return "0s";
  std::string text;
  for (const Unit& unit : kUnits) {
    const std::int64_t number = left / unit.milliseconds;
    if (number > 0) text += fmt::format("{}{}", number, unit.name);
    left %= unit.milliseconds;
  }
  return text;
}

}  // namespace pintle
