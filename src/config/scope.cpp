// The part of environment.hpp that knows which value a name has.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>

#include "base/pattern.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"
#include "config/environment.hpp"

namespace pintle::config {
namespace {

std::string now() {
  return rfc3339(::time(nullptr));
}

const Variable* find(const Variables& variables, std::string_view name) noexcept {
  for (const Variable& variable : variables) {
    if (variable.name == name) return &variable;
  }
  return nullptr;
}

/// An empty value counts only where it may.
std::optional<std::string> given(const Environ& container, std::string_view name,
                                 bool may_be_empty) {
  auto value = get(container, name);
  if (value && value->empty() && !may_be_empty) return std::nullopt;
  return value;
}

/// For the whole of a value.
std::string whole(const std::string& pattern) {
  return fmt::format("^({})$", pattern);
}

/// A value that is a secret by its name only, and too short or too common to be one: hiding every
/// "true" in a log would hide the log.
bool is_too_plain(const Variable* variable, std::string_view value) noexcept {
  constexpr std::size_t kShortest = 6;
  const bool is_named_one = variable == nullptr || (!variable->secret && variable->file.empty());
  return is_named_one && value.size() < kShortest;
}

bool is_exported(const Variable& variable) noexcept {
  return variable.exported.value_or(variable.file.empty());
}

}  // namespace

bool is_secret(const Variable& variable) noexcept {
  return variable.secret.value_or(!variable.file.empty() || is_secret_name(variable.name));
}

std::string check_pattern(const std::string& pattern) {
  const std::string wrong = Pattern(whole(pattern)).problem();
  return wrong.empty() ? wrong : fmt::format("it is no extended regular expression: {}", wrong);
}

bool matches(const std::string& pattern, const std::string& value) {
  return Pattern(whole(pattern)).is_in(value);
}

/// What a variable is worth: its fixed value, its file's, the container's, or its default.
std::optional<std::string> Scope::value_of(const Variable& variable) const {
  if (variable.value) return variable.value;
  if (!variable.file.empty() && files_ != nullptr) {
    const auto content = files_->find(variable.file);
    const bool counts =
        content != files_->end() && (variable.allow_empty || !content->second.empty());
    if (counts) return content->second;
  }
  auto set = given(container_, variable.name, variable.allow_empty);
  return set ? set : variable.fallback;
}

/// Every variable that counts here; a hook's own one hides the top level's.
std::vector<const Variable*> Scope::declared() const {
  std::vector<const Variable*> all;
  for (const Variable& variable : top_) {
    if (find(own_, variable.name) == nullptr) all.push_back(&variable);
  }
  for (const Variable& variable : own_) all.push_back(&variable);
  return all;
}

std::optional<std::string> Scope::value(std::string_view name) const {
  const Variable* variable = find(own_, name);
  if (variable == nullptr) variable = find(top_, name);
  if (variable == nullptr && name == "NOW") return now();
  auto value = variable != nullptr ? value_of(*variable) : given(container_, name, false);
  const bool hides =
      is_masked_ && (variable != nullptr ? is_secret(*variable) : is_secret_name(name));
  if (is_masked_ && value) *value = hides ? "***" : shown_value(*value);
  return value;
}

bool Scope::is_given(std::string_view name) const {
  const auto found = value(name);
  const Variable* variable = find(own_, name);
  if (variable == nullptr) variable = find(top_, name);
  return found && (!found->empty() || (variable != nullptr && variable->allow_empty));
}

std::vector<MissingVariable> Scope::missing() const {
  std::vector<MissingVariable> missing;
  for (const Variable* variable : declared()) {
    if (!value_of(*variable)) missing.push_back({variable->name, variable->description});
  }
  return missing;
}

std::vector<std::string> Scope::problems() const {
  std::vector<std::string> lines;
  for (const Variable* variable : declared()) {
    const bool from_file = !variable->file.empty();
    if (from_file && given(container_, variable->name, false)) {
      lines.push_back(
          fmt::format("the variable {} is set, and its file '{}' is named too; keep one",
                      variable->name, one_line(variable->file, 200)));
    }
    const auto value = value_of(*variable);
    if (!value || variable->pattern.empty() || matches(variable->pattern, *value)) continue;
    const std::string shown =
        is_secret(*variable) ? "its value" : one_line(shown_value(*value), 60);
    lines.push_back(fmt::format("the variable {}: {} does not match {}", variable->name, shown,
                                one_line(variable->pattern, 100)));
  }
  return lines;
}

Environ Scope::child(bool inherits) const {
  Environ environ = inherits ? container_ : Environ();
  if (!inherits) set(environ, "PATH", get(container_, "PATH").value_or(std::string(kStandardPath)));
  for (const Variable* variable : declared()) {
    if (!is_exported(*variable)) {
      unset(environ, variable->name);
    } else if (const auto value = value_of(*variable)) {
      set(environ, variable->name, *value);
    }
  }
  if (!get(environ, "PATH")) set(environ, "PATH", kStandardPath);
  return environ;
}

std::vector<std::string> Scope::secrets() const {
  std::vector<std::string> values;
  for (const Variable* variable : declared()) {
    const auto value = is_secret(*variable) ? value_of(*variable) : std::nullopt;
    if (value && !value->empty() && !is_too_plain(variable, *value)) values.push_back(*value);
  }
  for (const std::string& entry : container_) {
    const std::size_t end = entry.find('=');
    if (end == std::string::npos || end + 1 == entry.size()) continue;
    const std::string_view name = std::string_view(entry).substr(0, end);
    const bool is_declared = find(own_, name) != nullptr || find(top_, name) != nullptr;
    const bool hides = !is_declared && is_secret_name(name);
    if (hides && !is_too_plain(nullptr, std::string_view(entry).substr(end + 1))) {
      values.push_back(entry.substr(end + 1));
    }
  }
  return values;
}

}  // namespace pintle::config
