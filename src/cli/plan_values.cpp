#include "cli/plan_values.hpp"

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/shown.hpp"
#include "base/signal_names.hpp"
#include "base/text.hpp"
#include "config/scope.hpp"

namespace pintle::cli {

using config::Condition;

namespace {

using Json = nlohmann::ordered_json;

Json number_json(std::int64_t number, const config::Form& form) {
  using Type = config::Form::Type;
  if (form.type == Type::mode) return fmt::format("{:04o}", number);
  if (form.type == Type::word) return form.words[static_cast<std::size_t>(number)];
  return number;
}

/// Of a member of an object whose parameter keeps it as a text.
config::Form::Type type_of(const config::Form& form, std::string_view member) {
  const std::size_t count = form.object == nullptr ? 0 : form.object->rows.count;
  for (std::size_t row = 0; row < count; ++row) {
    const config::KeyInfo key = form.object->rows.at(row);
    if (key.name == member) return key.form.type;
  }
  return config::Form::Type::expandable;
}

/// Where the value comes from, first what counts most, and what is special about it.
std::string source_of(const config::Variable& variable) {
  std::string text;
  const auto add = [&](bool holds, std::string_view word, const std::string& more = {}) {
    if (!holds) return;
    text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", word, more.empty() ? "" : " ", more);
  };
  const bool has_other =
      variable.value || variable.fallback || variable.resource || !variable.file.empty();
  add(variable.value.has_value(), "value");
  add(!variable.file_variable.empty(), "fileVariable", variable.file_variable);
  add(!variable.file.empty(), "file", one_line(variable.file));
  add(variable.resource.has_value(), "resource");
  add(variable.fallback.has_value(), "defaultValue");
  add(variable.is_optional, "optional");
  add(!has_other && !variable.is_optional, "required");
  add(config::is_secret(variable), "secret");
  add(variable.exported == false, "not exported");
  return text;
}

}  // namespace

Json field_json(const config::Field& field, const config::Form& form) {
  if (const auto* text = std::get_if<const std::string*>(&field)) {
    const bool may_hide = form.kind != nullptr && form.kind->has_user_info;
    return may_hide ? shown_value(**text) : **text;
  }
  if (const auto* number = std::get_if<std::int64_t>(&field)) return number_json(*number, form);
  if (const auto* flag = std::get_if<bool>(&field)) return *flag;
  if (const auto* time = std::get_if<Duration>(&field)) return format_duration(*time);
  if (const auto* texts = std::get_if<const std::vector<std::string>*>(&field)) return **texts;
  const auto* pairs = std::get_if<const config::Pairs*>(&field);
  if (pairs == nullptr) return nullptr;
  Json object = Json::object();
  for (const auto& [name, text] : **pairs) {
    const bool is_flag = type_of(form, name) == config::Form::Type::boolean;
    object[name] = is_flag ? Json(text == "true") : Json(text);
  }
  return object;
}

Json variables_json(const config::Variables& variables) {
  Json all = Json::object();
  for (const config::Variable& one : variables) all[one.name] = source_of(one);
  return all;
}

void add_identity(const config::Identity& identity, const config::Model& model, Json& out) {
  const auto mask = identity.umask ? identity.umask : model.umask;
  if (mask) out["umask"] = fmt::format("{:04o}", *mask);
  if (!identity.environment.empty()) out["environment"] = variables_json(identity.environment);
  // Main has them unless it says otherwise, and hooks do not.
  const bool is_main = &identity == &model.main.identity;
  if (identity.use_system_environment != is_main) out["useSystemEnvironment"] = !is_main;
}

namespace {

void add_evidence(const config::Evidence& evidence, Json& out) {
  if (!evidence.sha256.empty()) out["sha256"] = evidence.sha256;
  if (!evidence.signature.empty()) out["signature"] = evidence.signature;
}

}  // namespace

void add_verify(const config::Command* command, Json& out) {
  if (command == nullptr || !command->verify) return;
  Json json = Json::object();
  add_evidence(*command->verify, json);
  if (const auto& interpreter = command->verify->interpreter) {
    json["interpreter"] = {{"path", interpreter->path}};
    add_evidence(*interpreter, json["interpreter"]);
  }
  out["verify"] = std::move(json);
}

Json for_each_json(const config::ForEach& wanted) {
  Json files = wanted.files;
  if (wanted.files.size() == 1) files = wanted.files.front();
  if (!wanted.directories && !wanted.only_executable) return files;
  Json out{{"files", std::move(files)}};
  if (wanted.directories) out["type"] = "directory";
  if (wanted.only_executable) out["executable"] = true;
  return out;
}

void add_main_keys(const config::Main& main, Json& out) {
  if (main.command_line == config::CommandLine::append) out["commandLine"] = "append";
  if (main.command_line == config::CommandLine::options) out["commandLine"] = "options";
  if (!main.subcommands.empty()) out["subcommands"] = main.subcommands;
  if (main.signals.empty()) return;
  Json signals = Json::object();
  for (const auto& [from, to] : main.signals) signals[signal_name(from)] = signal_name(to);
  out["signals"] = std::move(signals);
}

Json arguments_json(const config::Arguments& arguments) {
  using Type = config::Argument::Type;
  Json all = Json::array();
  for (const config::Argument& one : arguments) {
    if (one.type == Type::text) all.push_back(one.text);
    if (one.type == Type::words) all.push_back({{"words", one.text}});
    if (one.type == Type::choice) {
      all.push_back({{"if", condition_json(one.condition)},
                     {"then", arguments_json(one.then)},
                     {"else", arguments_json(one.otherwise)}});
    }
  }
  return all;
}

namespace {

const char* key_of_path(Condition::Type type) noexcept {
  using Type = Condition::Type;
  if (type == Type::empty_directory) return "directoryEmpty";
  return type == Type::directory ? "directoryExists" : "fileExists";
}

}  // namespace

Json condition_json(const Condition& condition) {
  using Type = Condition::Type;
  const auto list = [&] {
    Json parts = Json::array();
    for (const Condition& part : condition.parts) parts.push_back(condition_json(part));
    return parts;
  };
  switch (condition.type) {
    case Type::step:
      return condition.text;
    case Type::file:
    case Type::directory:
    case Type::empty_directory:
      return {{key_of_path(condition.type), condition.text}};
    case Type::content:
      return {{"fileContains", {{"path", condition.text}, {"pattern", condition.pattern}}}};
    case Type::variable:
      if (condition.pattern.empty()) return {{"environment", condition.text}};
      return {{"environment", {{"name", condition.text}, {"pattern", condition.pattern}}}};
    case Type::started_as:
      return {{"startedAs", condition.text}};
    case Type::command:
      return {{"command", condition.text}};
    case Type::argument:
      return {{"argument", condition.pattern}};
    case Type::image_mode:
      return {{"imageMode", name_of(condition.image_mode)}};
    case Type::healthy:
      return "healthy";
    case Type::ready:
      return "ready";
    case Type::negation:
      return {{"not", condition_json(condition.parts.front())}};
    case Type::all:
      return {{"all", list()}};
    case Type::any:
      return {{"any", list()}};
  }
  return nullptr;
}

}  // namespace pintle::cli
