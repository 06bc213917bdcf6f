#include "config/scope.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/pattern.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"
#include "config/expansion.hpp"

namespace pintle::config {
namespace {

std::string now() {
  return rfc3339(::time(nullptr));
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

/// It may come from a file.
bool has_file(const Variable& variable) noexcept {
  return !variable.file.empty() || !variable.file_variable.empty();
}

/// A value that is a secret by its name only, and too short or too common to be one: hiding every
/// "true" in a log would hide the log.
bool is_too_plain(const Variable* variable, std::string_view value) noexcept {
  constexpr std::size_t kShortest = 6;
  const bool is_named_one = variable == nullptr || (!variable->secret && !has_file(*variable));
  return is_named_one && value.size() < kShortest;
}

/// Rounded up, as by Kubernetes; nullopt where the limits are not known.
std::optional<std::string> amount_of(const Resource& resource, const Sources* sources) {
  if (sources == nullptr) return std::nullopt;
  const bool is_cpu = resource.type == Resource::Type::cpu;
  const auto whole = is_cpu ? sources->cpus : sources->memory;
  if (!whole) return std::nullopt;
  const std::int64_t part =
      *whole / 100 * resource.percent + (*whole % 100 * resource.percent + 99) / 100;
  const std::int64_t unit = resource.divisor > 0 ? resource.divisor : (is_cpu ? 1000 : 1);
  return fmt::format("{}", part / unit + (part % unit > 0 ? 1 : 0));
}

}  // namespace

// What Docker's official images read from a file they export like any other variable.
bool is_exported(const Variable& variable) noexcept {
  return variable.exported.value_or(variable.file.empty() || !variable.file_variable.empty());
}

bool is_secret(const Variable& variable) noexcept {
  return variable.secret.value_or(has_file(variable) || is_secret_name(variable.name));
}

std::string check_pattern(const std::string& pattern) {
  const std::string wrong = Pattern(whole(pattern)).problem();
  return wrong.empty() ? wrong : fmt::format("it is not an extended regular expression: {}", wrong);
}

bool matches(const std::string& pattern, const std::string& value) {
  return Pattern(whole(pattern)).is_in(value);
}

// --- which entry, and what it is worth ------------------------------------------------------

Scope::Entry Scope::entry_of(std::string_view name) const noexcept {
  if (is_file_variable(name)) return {};
  const bool is_hidden = name == hidden_ && depth_ > 0;
  const auto counts = [&](Level level) { return is_hidden ? from_ < level : from_ <= level; };
  if (counts(Level::own)) {
    if (const Variable* variable = find(own_, name)) return {variable, Level::own};
  }
  if (counts(Level::top)) {
    if (const Variable* variable = find(top_, name)) return {variable, Level::top};
  }
  return {};
}

/// Every variable that counts here; a hook's own one hides the top level's.
std::vector<Scope::Entry> Scope::declared() const {
  std::vector<Entry> all;
  for (const Variable& variable : top_) {
    if (find(own_, variable.name) == nullptr) all.push_back({&variable, Level::top});
  }
  for (const Variable& variable : own_) all.push_back({&variable, Level::own});
  return all;
}

/// What the text of an entry sees.
Scope Scope::within(const Entry& entry) const {
  Scope inner = *this;
  inner.from_ = entry.level;
  inner.hidden_ = entry.variable->name;
  ++inner.depth_;
  return inner;
}

/// nullopt if something that it needs has no value.
std::optional<std::string> Scope::expanded(const std::string& text, const Entry& entry,
                                           std::vector<MissingVariable>& missing) const {
  if (depth_ >= kDeepestText) return std::nullopt;
  const std::size_t before = missing.size();
  auto value = expand(text, within(entry), missing);
  if (!value || missing.size() > before) return std::nullopt;
  if (value->size() <= kLongestValue) return *std::move(value);
  missing.push_back({.name = entry.variable->name, .is_too_long = true});
  return std::nullopt;
}

/// nullopt if it names none, or one whose path is not known.
std::optional<NamedFile> Scope::file_of(const Entry& entry,
                                        std::vector<MissingVariable>& missing) const {
  const Variable& variable = *entry.variable;
  Scope plain = *this;  // a path is not masked: there is a file behind it
  plain.is_masked_ = false;
  if (!variable.file_variable.empty()) {
    auto path = plain.within(entry).value(variable.file_variable);
    if (path && !path->empty()) return NamedFile{variable, *std::move(path), true};
  }
  if (variable.file.empty()) return std::nullopt;
  auto path = plain.expanded(variable.file, entry, missing);
  if (!path || path->empty()) return std::nullopt;
  return NamedFile{variable, *std::move(path), false};
}

std::optional<std::string> Scope::value_of(const Entry& entry,
                                           std::vector<MissingVariable>& missing) const {
  const std::pair key(entry.variable, is_masked_);
  auto known = known_->find(key);
  if (known == known_->end()) {
    KnownValue made;
    made.value = make_value(entry, made.missing);
    known = known_->emplace(key, std::move(made)).first;
  }
  const KnownValue& found = known->second;
  missing.insert(missing.end(), found.missing.begin(), found.missing.end());
  return found.value;
}

/// Its fixed value, its file's, the container's, or its default.
std::optional<std::string> Scope::make_value(const Entry& entry,
                                             std::vector<MissingVariable>& missing) const {
  const Variable& variable = *entry.variable;
  if (variable.value) return expanded(*variable.value, entry, missing);
  auto set = given(container_, variable.name, variable.allow_empty);
  const bool set_counts_first = !variable.file_variable.empty();
  if (set && set_counts_first) return set;
  const std::size_t before = missing.size();
  const auto file = file_of(entry, missing);
  if (missing.size() > before) return std::nullopt;
  if (file && sources_ != nullptr) {
    const auto content = sources_->files.find(file->path);
    const bool counts =
        content != sources_->files.end() && (variable.allow_empty || !content->second.empty());
    if (counts) return content->second;
  }
  if (set) return set;
  if (variable.resource) return amount_of(*variable.resource, sources_);
  if (variable.fallback) return expanded(*variable.fallback, entry, missing);
  return std::nullopt;
}

std::optional<std::string> Scope::value_of(const Entry& entry) const {
  std::vector<MissingVariable> missing;
  return value_of(entry, missing);
}

std::optional<std::string> Scope::value(std::string_view name) const {
  const Entry entry = entry_of(name);
  const bool is_declared = entry.variable != nullptr;
  if (!is_declared && name == "NOW") return now();
  if (is_masked_) {
    // A text that is made of secrets keeps what is none.
    const bool hides = is_declared ? config::is_secret(*entry.variable) : is_late_secret(name);
    Scope plain = *this;
    plain.is_masked_ = false;
    if (hides) return plain.value(name) ? std::optional<std::string>("***") : std::nullopt;
  }
  auto value = is_declared ? value_of(entry) : late_value(name);
  if (is_masked_ && value) *value = shown_value(*value);
  return value;
}

/// One of the run for a file, which hides every other one of that name.
bool Scope::is_file_variable(std::string_view name) const noexcept {
  return is_for_each_ && from_ == Level::own && config::is_file_variable(name);
}

/// nullptr if no step sets it.
const StepOutput* Scope::output_of(std::string_view name) const noexcept {
  if (sources_ == nullptr || sources_->outputs == nullptr) return nullptr;
  const auto& outputs = sources_->outputs->values;
  const auto found = outputs.find(name);
  return found == outputs.end() ? nullptr : &found->second;
}

/// Of a name that is not declared.
bool Scope::is_late_secret(std::string_view name) const noexcept {
  const StepOutput* output = is_file_variable(name) ? nullptr : output_of(name);
  return output == nullptr ? is_secret_name(name) : output->is_secret;
}

/// Of a name that is not declared: what this run or a step has set, or the container.
std::optional<std::string> Scope::late_value(std::string_view name) const {
  if (is_file_variable(name)) {
    return file_ == nullptr ? std::nullopt : find(*file_, name)->value;
  }
  if (const StepOutput* output = output_of(name)) return output->value;
  return given(container_, name, false);
}

bool Scope::is_to_come(std::string_view name) const {
  const Entry entry = entry_of(name);
  if (entry.variable == nullptr) {
    if (late_value(name)) return false;
    return is_file_variable(name) ||
           (output_of(name) != nullptr && !sources_->outputs->are_settled);
  }
  std::vector<MissingVariable> missing;
  if (value_of(entry, missing)) return false;
  return std::any_of(missing.begin(), missing.end(),
                     [](const auto& one) { return one.is_to_come; });
}

bool Scope::is_given(std::string_view name) const {
  const auto found = value(name);
  const Variable* variable = entry_of(name).variable;
  return found && (!found->empty() || (variable != nullptr && variable->allow_empty));
}

bool Scope::is_optional(std::string_view name) const noexcept {
  const Variable* variable = entry_of(name).variable;
  return variable != nullptr && variable->is_optional;
}

bool Scope::is_secret(const Entry& entry) const {
  if (config::is_secret(*entry.variable)) return true;
  if (entry.variable->secret || depth_ >= kDeepestText) return false;
  const Scope inner = within(entry);
  for (const auto* text : {&entry.variable->value, &entry.variable->fallback}) {
    for (const std::string& name : all_names_in(text->value_or(""))) {
      if (inner.is_secret(name)) return true;
    }
  }
  return false;
}

bool Scope::is_secret(std::string_view name) const {
  const Entry entry = entry_of(name);
  return entry.variable == nullptr ? is_late_secret(name) : is_secret(entry);
}

// --- all of them ----------------------------------------------------------------------------

std::vector<MissingVariable> Scope::missing_for(std::string_view name) const {
  std::vector<MissingVariable> missing;
  const Entry entry = entry_of(name);
  const bool is_declared = entry.variable != nullptr;
  if (is_declared && value_of(entry, missing)) return {};
  if (missing.empty()) {
    missing.push_back({std::string(name), is_declared ? entry.variable->description : "",
                       !is_declared && is_to_come(name)});
  }
  return missing;
}

std::vector<MissingVariable> Scope::missing() const {
  std::vector<MissingVariable> missing;
  for (const Entry& entry : declared()) {
    const std::size_t before = missing.size();
    if (value_of(entry, missing) || entry.variable->is_optional) {
      missing.resize(before);
    } else if (missing.size() == before) {
      missing.push_back({entry.variable->name, entry.variable->description});
    }
  }
  return missing;
}

std::vector<std::string> Scope::problems() const {
  std::vector<std::string> lines;
  for (const Entry& entry : declared()) {
    const Variable& variable = *entry.variable;
    const bool is_set = given(container_, variable.name, variable.allow_empty).has_value();
    if (is_set && !variable.file.empty() && variable.file_variable.empty()) {
      lines.push_back(
          fmt::format("the variable {} is set, and its file '{}' is named too; keep one",
                      variable.name, one_line(variable.file, 200)));
    }
    const auto other =
        variable.file_variable.empty() ? std::nullopt : within(entry).value(variable.file_variable);
    if (is_set && other && !other->empty()) {
      lines.push_back(fmt::format("the variables {} and {} are both set; keep one", variable.name,
                                  variable.file_variable));
    }
    const auto value = value_of(entry);
    if (!value || variable.pattern.empty() || matches(variable.pattern, *value)) continue;
    if (value->empty()) {
      lines.push_back(fmt::format("the variable {} is empty, which does not match {}",
                                  variable.name, one_line(variable.pattern, 100)));
      continue;
    }
    const std::string shown = is_secret(entry) ? "its value" : one_line(shown_value(*value), 60);
    lines.push_back(fmt::format("the variable {}: {} does not match {}", variable.name, shown,
                                one_line(variable.pattern, 100)));
  }
  return lines;
}

/// What steps and this run have set.
void Scope::add_late(Environ& environ) const {
  for (const Variable& variable : file_ == nullptr ? Variables() : *file_) {
    set(environ, variable.name, variable.value.value_or(""));
  }
  if (sources_ == nullptr || sources_->outputs == nullptr) return;
  for (const auto& [name, output] : sources_->outputs->values) {
    const bool is_hidden = !output.is_exported || !output.value || find(own_, name) != nullptr;
    if (!is_hidden) set(environ, name, *output.value);
  }
}

Environ Scope::child(bool inherits) const {
  Environ environ = inherits ? container_ : Environ();
  if (!inherits) set(environ, "PATH", get(container_, "PATH").value_or(std::string(kStandardPath)));
  // Also those of variables that a hook's own entries hide: the path is no child's business.
  for (const Variables* variables : {&top_, &own_}) {
    for (const Variable& variable : *variables) {
      if (!variable.file_variable.empty()) unset(environ, variable.file_variable);
    }
  }
  for (const Entry& entry : declared()) {
    if (!is_exported(*entry.variable)) {
      unset(environ, entry.variable->name);
    } else if (const auto value = value_of(entry)) {
      set(environ, entry.variable->name, *value);
    }
  }
  add_late(environ);
  if (!get(environ, "PATH")) set(environ, "PATH", kStandardPath);
  return environ;
}

std::vector<std::string> Scope::secrets() const {
  std::vector<std::string> values;
  for (const Entry& entry : declared()) {
    const auto value = is_secret(entry) ? value_of(entry) : std::nullopt;
    if (value && !value->empty() && !is_too_plain(entry.variable, *value)) {
      values.push_back(*value);
    }
  }
  for (const std::string& entry : container_) {
    const std::size_t end = entry.find('=');
    if (end == std::string::npos || end + 1 == entry.size()) continue;
    const std::string_view name = std::string_view(entry).substr(0, end);
    const bool is_declared = entry_of(name).variable != nullptr;
    const bool hides = !is_declared && is_secret_name(name);
    if (hides && !is_too_plain(nullptr, std::string_view(entry).substr(end + 1))) {
      values.push_back(entry.substr(end + 1));
    }
  }
  return values;
}

void Scope::for_files(const std::function<void(const NamedFile&)>& each) const {
  for (const Entry& entry : declared()) {
    std::vector<MissingVariable> missing;
    if (const auto file = entry.variable->value ? std::nullopt : file_of(entry, missing)) {
      each(*file);
    }
  }
}

}  // namespace pintle::config
