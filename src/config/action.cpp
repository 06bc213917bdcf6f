#include "config/action.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pintle::config {
namespace {

/// "a", "b" and "c", with whatever stands before the last.
std::string quoted(std::span<const std::string_view> keys, std::string_view before_last) {
  std::string text;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i > 0) text += i + 1 < keys.size() ? ", " : before_last;
    text += fmt::format("\"{}\"", keys[i]);
  }
  return text;
}

}  // namespace

std::string broken(const Rule& rule, std::span<const std::string_view> keys) {
  const auto is_there = [&](std::string_view key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  const auto found = std::count_if(rule.keys.begin(), rule.keys.end(), is_there);
  switch (rule.type) {
    case Rule::Type::exactly_one:
      return found == 1 ? "" : fmt::format("exactly one of {} is needed", quoted(rule.keys, ", "));
    case Rule::Type::at_least_one:
      return found > 0 ? "" : fmt::format("one of {} is needed", quoted(rule.keys, ", "));
    case Rule::Type::at_most_one:
      return found < 2 ? "" : fmt::format("{} exclude each other", quoted(rule.keys, " and "));
    case Rule::Type::needs:
      return found == 1 && is_there(rule.keys[0]) ? quoted(rule.keys, " without ") : "";
    case Rule::Type::lone_key:
      return keys.size() == 1 ? "" : "it has one key, whichever";
  }
  return {};
}

std::string_view empty_one_of(const Params& params) noexcept {
  std::string_view found;
  params.for_values([&](std::string_view name, const Value& value) {
    if (!found.empty()) return;
    const auto* text = std::get_if<std::string>(&value);
    const auto* texts = std::get_if<std::vector<std::string>>(&value);
    const bool has_empty =
        texts != nullptr && std::find(texts->begin(), texts->end(), "") != texts->end();
    if ((text != nullptr && text->empty()) || has_empty) found = name;
  });
  return found;
}

const ParamSpec* find_param(const ActionSpec& action, std::string_view name) noexcept {
  for (const ParamSpec& spec : action.params) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

void Params::set(std::string_view name, Value value) {
  values_.emplace_back(name, std::move(value));
}

void Params::put(std::string_view name, Value value) {
  std::erase_if(values_, [&](const auto& one) { return one.first == name; });
  set(name, std::move(value));
}

std::vector<std::string_view> Params::names() const {
  std::vector<std::string_view> names;
  for (const auto& [name, value] : values_) names.push_back(name);
  return names;
}

const Value* Params::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : values_) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string Params::text(std::string_view name, std::string_view fallback) const {
  const Value* value = find(name);
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  return text == nullptr ? std::string(fallback) : *text;
}

std::optional<std::string> Params::literal(std::string_view name) const {
  const Value* value = find(name);
  const auto* literal = value == nullptr ? nullptr : std::get_if<Literal>(value);
  return literal == nullptr ? std::nullopt : std::optional(literal->text);
}

std::optional<std::int64_t> Params::number(std::string_view name) const noexcept {
  const Value* value = find(name);
  const auto* number = value == nullptr ? nullptr : std::get_if<std::int64_t>(value);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

bool Params::flag(std::string_view name) const noexcept {
  const Value* value = find(name);
  const auto* flag = value == nullptr ? nullptr : std::get_if<bool>(value);
  return flag != nullptr && *flag;
}

std::optional<Duration> Params::duration(std::string_view name) const noexcept {
  const Value* value = find(name);
  const auto* duration = value == nullptr ? nullptr : std::get_if<Duration>(value);
  return duration == nullptr ? std::nullopt : std::optional(*duration);
}

const std::vector<std::string>& Params::texts(std::string_view name) const noexcept {
  static const std::vector<std::string> none;
  const Value* value = find(name);
  const auto* texts = value == nullptr ? nullptr : std::get_if<std::vector<std::string>>(value);
  return texts == nullptr ? none : *texts;
}

const Pairs& Params::pairs(std::string_view name) const noexcept {
  static const Pairs none;
  const Value* value = find(name);
  const auto* pairs = value == nullptr ? nullptr : std::get_if<Pairs>(value);
  return pairs == nullptr ? none : *pairs;
}

std::size_t Params::word(std::string_view name, std::size_t fallback) const noexcept {
  const auto index = number(name);
  return index ? static_cast<std::size_t>(*index) : fallback;
}

}  // namespace pintle::config
