#include "config/action.hpp"

namespace pintle::config {

void Params::set(std::string_view name, Value value) {
  values_.emplace_back(name, std::move(value));
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
