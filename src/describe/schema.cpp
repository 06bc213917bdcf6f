#include "describe/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>

#include "base/signal_names.hpp"
#include "config/parse.hpp"
#include "config/path.hpp"
#include "describe/patterns.hpp"
#include "describe/value_help.hpp"

namespace pintle::describe {
namespace {

using config::ActionSpec;
using config::Form;
using config::KeyInfo;
using config::ObjectInfo;
using config::Rule;
using Json = nlohmann::ordered_json;
using Type = Form::Type;

constexpr std::string_view kDescription =
    "The config that pintle reads at start. This schema does not find everything; 'pintle check' "
    "also finds ids that are used twice, precedents and conditions that name no step, steps that "
    "wait for each other, cron times that never come, numbers and durations that are too large, "
    "and keys that are twice in an object.";

Json string_like(std::string_view pattern) {
  return {{"type", "string"}, {"pattern", pattern}};
}

/// Editors offer the keywords; other spellings of them are valid too.
Json word_schema(const std::vector<std::string>& words, std::string_view pattern) {
  return {{"anyOf", {{{"enum", words}}, string_like(pattern)}}};
}

Json signal_schema(const Form& form) {
  std::vector<std::string> words;
  for (const std::string_view name : signal_names()) {
    std::string word = fmt::format("SIG{}", name);
    const auto left_out = std::find(form.words.begin(), form.words.end(), word);
    if (left_out == form.words.end()) words.push_back(std::move(word));
  }
  Json out = word_schema(words, signal_pattern());
  if (!form.words.empty()) out["not"] = {{"pattern", pattern_of_signals(form.words)}};
  return out;
}

Json has(std::string_view key) {
  return {{"required", {key}}};
}

/// `rule` as a schema of the object.
Json rule_schema(const Rule& rule) {
  Json each = Json::array();
  for (const std::string_view key : rule.keys) each.push_back(has(key));
  switch (rule.type) {
    case Rule::Type::exactly_one:
      return {{"oneOf", each}};
    case Rule::Type::at_least_one:
      return {{"anyOf", each}};
    case Rule::Type::at_most_one:
      each.push_back({{"not", {{"anyOf", each}}}});
      return {{"oneOf", each}};
    case Rule::Type::needs:
      return {{"dependentRequired", {{std::string(rule.keys[0]), {rule.keys[1]}}}}};
    case Rule::Type::lone_key:
      return {{"minProperties", 1}, {"maxProperties", 1}};
  }
  return true;
}

class Schema {
 public:
  explicit Schema(std::span<const ActionSpec* const> actions) : actions_(actions) {}

  Json document() {
    Json out{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
             {"$id", "urn:pintle:config"},
             {"title", "pintle's config"},
             {"description", kDescription}};
    out.update(object_schema(config::document()));
    out["$defs"] = defs_;
    return out;
  }

 private:
  /// A reference to the definition `name`, which the first call makes.
  template <class Make>
  Json refer(std::string_view name, Make make) {
    const std::string key(name);
    if (!defs_.contains(key)) {
      defs_[key] = nullptr;  // it may refer to itself
      Json made;
      if (const auto help = value_help(name); !help.empty()) made["description"] = help;
      made.update(make());
      defs_[key] = std::move(made);
    }
    return {{"$ref", "#/$defs/" + key}};
  }

  Json schema_of(const Form& form) {
    const bool is_object = form.type == Type::object;
    const std::string_view name = is_object ? form.object->name : form.name;
    if (name.empty()) return body_of(form);
    return refer(name, [&] { return body_of(form); });
  }

  Json body_of(const Form& form) {
    switch (form.type) {
      case Type::text:
        return text_schema(form);
      case Type::expandable:
        return expandable_schema(form);
      case Type::command:
        return command_schema();
      case Type::scalar:
        return {{"anyOf", {{{"type", {"number", "boolean"}}}, expandable(0)}}};
      case Type::null:
        return {{"type", "null"}};
      case Type::boolean:
        return or_variables({{"type", "boolean"}});
      case Type::count:
        return or_variables({{"type", "integer"}, {"minimum", form.least}, {"maximum", form.most}});
      case Type::fraction:
        return {{"type", "number"}, {"minimum", form.least}, {"maximum", form.most}};
      case Type::duration:
        return duration_schema(form);
      case Type::size:
        return or_variables(string_like(kSizePattern));
      case Type::mode:
        return string_like(kModePattern);
      case Type::signal:
        return signal_schema(form);
      case Type::cron:
        return or_variables(string_like(cron_pattern()));
      case Type::word:
        return word_schema({form.words.begin(), form.words.end()}, word_pattern(form.words));
      case Type::list:
        return list_schema(form);
      case Type::map:
        return map_schema(form);
      case Type::object:
        return object_schema(*form.object);
      case Type::either:
        return either_schema(form);
    }
    return true;
  }

  Json command_schema() {
    Json program = expandable(1);
    program["pattern"] = fmt::format(R"(\$|^[^/]*$|{})", config::kEntryPathPattern);
    return {{"anyOf", {std::move(program), string_like(kShellLinePattern)}},
            {"pattern", config::kNoBlankPattern}};
  }

  Json duration_schema(const Form& form) {
    return or_variables(string_like(form.least > 0 ? kPositiveDurationPattern : kDurationPattern));
  }

  static Json text_schema(const Form& form) {
    if (!form.pattern.empty()) return string_like(form.pattern);
    Json out{{"type", "string"}};
    if (form.least > 0) out["minLength"] = form.least;
    return out;
  }

  Json expandable(std::int64_t least) {
    return refer(least > 0 ? "expandable" : "argument", [&] {
      Json out = string_like(expandable_pattern());
      if (least > 0) out["minLength"] = least;
      return out;
    });
  }

  static std::string_view pattern_of(const Form& form) {
    if (form.kind == nullptr) return {};
    if (form.kind->pattern != nullptr) return form.kind->pattern();
    return form.kind->is_path ? config::kNoBlankPattern : std::string_view();
  }

  /// The pattern applies only if there are no variables to expand.
  Json expandable_schema(const Form& form) {
    Json out = expandable(form.least);
    if (const std::string_view pattern = pattern_of(form); !pattern.empty()) {
      out["anyOf"] = {{{"pattern", pattern}}, {{"pattern", "\\$"}}};
    }
    return out;
  }

  Json or_variables(Json plain) {
    Json variables = refer("withVariables", [] { return string_like(variables_pattern()); });
    return {{"anyOf", {std::move(plain), std::move(variables)}}};
  }

  Json list_schema(const Form& form) {
    Json out{{"type", "array"}, {"items", schema_of(*form.parts[0])}};
    if (form.least > 0) out["minItems"] = form.least;
    return out;
  }

  Json map_schema(const Form& form) {
    Json out{{"type", "object"}};
    const Json names = schema_of(*form.parts[0]);
    if (names != Json{{"type", "string"}}) out["propertyNames"] = names;
    out["additionalProperties"] = schema_of(*form.parts[1]);
    return out;
  }

  Json either_schema(const Form& form) {
    if (form.parts.size() == 1) return schema_of(*form.parts[0]);
    Json parts = Json::array();
    for (const Form* part : form.parts) parts.push_back(schema_of(*part));
    return {{"anyOf", parts}};
  }

  Json property(const KeyInfo& key) {
    Json out{{"description", key.help}};
    if (!key.standard.empty()) out["default"] = Json::parse(json_text(key.standard, key.form));
    out["examples"] = Json::array({Json::parse(json_text(key.example, key.form))});
    out.update(schema_of(key.form));
    return out;
  }

  template <class Each>
  static void for_keys(const ObjectInfo& object, Each each) {
    for_rows(object, [&](const KeyInfo& key) {
      if (has_key(object, key)) each(key);
    });
  }

  Json object_schema(const ObjectInfo& object) {
    Json properties = Json::object();
    Json required = Json::array();
    for_keys(object, [&](const KeyInfo& key) {
      properties[std::string(key.name)] = property(key);
      if (needs_key(object, key)) required.push_back(key.name);
    });
    Json all = Json::array();
    if (is_hook(object)) all.push_back(add_actions(object, properties));
    for (const Rule& rule : object.rules) all.push_back(rule_schema(rule));
    return closed_object(std::move(properties), std::move(required), std::move(all));
  }

  static Json closed_object(Json properties, Json required, Json all) {
    Json out{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) out["required"] = std::move(required);
    out["additionalProperties"] = false;
    if (all.size() == 1) {
      out.update(all[0]);
    } else if (!all.empty()) {
      out["allOf"] = std::move(all);
    }
    return out;
  }

  /// The actions that a hook may have; it has exactly one.
  Json add_actions(const ObjectInfo& hook, Json& properties) {
    Json each = Json::array({has("command")});
    for (const ActionSpec* action : actions_) {
      if ((action->kinds & hook.kinds) == 0) continue;
      properties[std::string(action->name)] =
          refer(fmt::format("action.{}", action->name), [&] { return action_schema(*action); });
      each.push_back(has(action->name));
    }
    return {{"oneOf", each}};
  }

  Json action_schema(const ActionSpec& action) {
    Json out{{"description", action.help}};
    Json properties = Json::object();
    Json required = Json::array();
    Json shorthand;
    for (const KeyInfo& key : keys_of(action)) {
      properties[std::string(key.name)] = property(key);
      if (key.required) required.push_back(key.name);
      if (key.name == action.shorthand) shorthand = schema_of(key.form);
    }
    Json all = Json::array();
    for (const Rule& rule : action.rules) all.push_back(rule_schema(rule));
    Json object = closed_object(std::move(properties), std::move(required), std::move(all));
    out.update(shorthand.is_null() ? object : Json{{"anyOf", {shorthand, object}}});
    return out;
  }

  std::span<const ActionSpec* const> actions_;
  Json defs_ = Json::object();
};

}  // namespace

std::string json_schema(std::span<const ActionSpec* const> actions) {
  return Schema(actions).document().dump(2) + "\n";
}

}  // namespace pintle::describe
