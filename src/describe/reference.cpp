#include "describe/reference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/duration.hpp"
#include "base/exit_codes.hpp"
#include "config/parse.hpp"
#include "describe/reference_text.hpp"
#include "describe/value_help.hpp"

namespace pintle::describe {
namespace {

using config::ActionSpec;
using config::Form;
using config::kAnyKind;
using config::KeyInfo;
using config::Kind;
using config::Kinds;
using config::kMostCount;
using config::ObjectInfo;
using config::only;
using config::Rule;
using Type = Form::Type;

/// `text` for the cell of a table, in which a `|` is escaped.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? "\\|" : std::string(1, c);
  return out;
}

std::string code(std::string_view text) {
  return text.empty() ? std::string() : fmt::format("`{}`", cell(text));
}

/// The anchor that GitHub and others make for a heading.
std::string link(std::string_view heading) {
  std::string anchor;
  for (const char c : heading) {
    if (c == ' ') anchor += '-';
    if (c >= 'A' && c <= 'Z') anchor += static_cast<char>(c | 0x20);
    if ((c >= 'a' && c <= 'z') || c == '-') anchor += c;
  }
  return fmt::format("[{}](#{})", heading, anchor);
}

template <class Items, class Text>
std::string joined(const Items& items, std::string_view between, Text text) {
  std::string out;
  for (const auto& item : items) out += fmt::format("{}{}", out.empty() ? "" : between, text(item));
  return out;
}

std::string number_text(const Form& form, std::string_view noun) {
  if (form.most >= kMostCount) return fmt::format("{}, {} or more", noun, form.least);
  return fmt::format("{} from {} to {}", noun, form.least, form.most);
}

std::string object_text(const ObjectInfo& object) {
  if (is_hook(object)) return "[hook](#hooks)";
  if (const SectionText* text = section_text(object.name)) return link(text->heading);
  return object.name.empty() ? "object" : link(object.name);
}

/// The allowed values, in a few words.
std::string value_text(const Form& form) {
  const auto part = [](const Form* one) { return value_text(*one); };
  for (const ValueHelp& row : value_helps()) {
    const bool has_own = form.type == Type::either;
    if (!has_own && !row.title.empty() && row.name == form.name) {
      return fmt::format("[{}](#values)", row.title);
    }
  }
  switch (form.type) {
    case Type::expandable:
      return "[string with variables](#expansion)";
    case Type::null:
      return "null";
    case Type::boolean:
      return "true, false";
    case Type::count:
      return number_text(form, "whole number");
    case Type::fraction:
      return number_text(form, "number");
    case Type::word:
      return joined(form.words, ", ", code);
    case Type::list:
      return fmt::format("list: {}", value_text(*form.parts[0]));
    case Type::map:
      return fmt::format("object: {} → {}", value_text(*form.parts[0]), value_text(*form.parts[1]));
    case Type::object:
      return object_text(*form.object);
    case Type::either:
      return joined(form.parts, " or ", part);
    default:
      return "string";
  }
}

std::string kinds_text(Kinds kinds) {
  std::vector<std::string_view> names;
  for (const Kind kind : {Kind::step, Kind::check, Kind::job, Kind::shutdown}) {
    if (kinds != kAnyKind && (kinds & only(kind)) != 0) names.push_back(name_of(kind));
  }
  return joined(names, ", ", [](std::string_view name) { return std::string(name); });
}

std::string default_text(const KeyInfo& key) {
  if (key.required) return "required";
  return key.standard.empty() ? "" : code(json_text(key.standard, key.form));
}

std::string row_text(const KeyInfo& key, bool with_kinds) {
  const std::string kinds =
      with_kinds ? fmt::format(" {} |", kinds_text(key.kinds)) : std::string();
  return fmt::format("| `{}` |{} {} | {} | {} | {} |\n", key.name, kinds, value_text(key.form),
                     default_text(key), cell(key.help), code(json_text(key.example, key.form)));
}

constexpr std::string_view kTable =
    "\n| key | value | default | | example |\n|---|---|---|---|---|\n";
constexpr std::string_view kHookTable =
    "\n| key | kinds | value | default | | example |\n|---|---|---|---|---|---|\n";

std::string keys_text(const ObjectInfo& object) {
  std::string out(is_hook(object) ? kHookTable : kTable);
  for_rows(object, [&](const KeyInfo& key) { out += row_text(key, is_hook(object)); });
  return out;
}

std::string rule_text(const Rule& rule) {
  switch (rule.type) {
    case Rule::Type::exactly_one:
      return fmt::format("Exactly one of {} is needed.", joined(rule.keys, ", ", code));
    case Rule::Type::at_least_one:
      return fmt::format("One or more of {} are needed.", joined(rule.keys, ", ", code));
    case Rule::Type::at_most_one:
      return fmt::format("Only one of {} is allowed.", joined(rule.keys, ", ", code));
    case Rule::Type::needs:
      return fmt::format("{} needs {}.", code(rule.keys[0]), code(rule.keys[1]));
    case Rule::Type::lone_key:
      return "It has exactly one key.";
  }
  return {};
}

std::string rules_text(std::span<const Rule> rules) {
  return rules.empty() ? std::string() : fmt::format("\n{}\n", joined(rules, " ", rule_text));
}

/// Every object that the document contains, each once, in the order in which a reader finds them.
class Objects {
 public:
  Objects(const ObjectInfo& root, std::span<const ActionSpec* const> actions) {
    add(root);
    follow();
    of_document_ = found_.size();
    for (const ActionSpec* action : actions) {
      for (const KeyInfo& key : keys_of(*action)) visit(key.form);
    }
    follow();
  }

  std::span<const ObjectInfo* const> of_document() const noexcept {
    return std::span(found_).first(of_document_);
  }
  /// Those that only parameters of actions have.
  std::span<const ObjectInfo* const> of_actions() const noexcept {
    return std::span(found_).subspan(of_document_);
  }

 private:
  void follow() {
    for (; followed_ < found_.size(); ++followed_) {
      for_rows(*found_[followed_], [this](const KeyInfo& key) { visit(key.form); });
    }
  }

  void add(const ObjectInfo& object) {
    const auto is_same = [&](const ObjectInfo* one) {
      return one->name == object.name || (is_hook(*one) && is_hook(object));
    };
    if (std::none_of(found_.begin(), found_.end(), is_same)) found_.push_back(&object);
  }

  void visit(const Form& form) {
    if (form.type == Type::object) return add(*form.object);
    if (form.name == "condition" && !conditions_are_found_.empty()) return;
    if (form.name == "condition") conditions_are_found_ = form.name;
    for (const Form* part : form.parts) visit(*part);
  }

  std::vector<const ObjectInfo*> found_;
  std::size_t followed_ = 0;
  std::size_t of_document_ = 0;
  std::string_view conditions_are_found_;
};

std::string section(const ObjectInfo& object) {
  if (is_hook(object)) {
    return fmt::format("{}{}{}", kReferenceHooks, keys_text(object), rules_text(object.rules));
  }
  const SectionText* text = section_text(object.name);
  std::string out = fmt::format("\n## {}\n", text == nullptr ? object.name : text->heading);
  if (text != nullptr && !text->text.empty()) out += fmt::format("\n{}\n", text->text);
  return out + keys_text(object) + rules_text(object.rules);
}

std::string action_text(const ActionSpec& action) {
  std::string out =
      fmt::format("\n### {}\n\n{} For: {}.", action.name, action.help, kinds_text(action.kinds));
  if (!action.shorthand.empty()) {
    out += fmt::format(" Short form: a string sets `{}`.", action.shorthand);
  }
  if (action.timeout) {
    out += fmt::format(" Its `timeout` is {} by default.", format_duration(*action.timeout));
  }
  out += fmt::format("\n{}", kTable);
  for (const KeyInfo& key : keys_of(action)) out += row_text(key, false);
  return out + rules_text(action.rules);
}

std::string values_text() {
  std::string out = "\n## Values\n\n| value | how it is written |\n|---|---|\n";
  for (const ValueHelp& row : value_helps()) {
    if (!row.title.empty()) out += fmt::format("| {} | {} |\n", row.title, cell(row.help));
  }
  return out;
}

std::string exit_codes_text() {
  std::string out =
      "\n## Exit codes\n\npintle exits with the exit code of main: 0-255, or 128+N after signal "
      "N. "
      "Before one of pintle's own\ncodes there is a line `pintle: exit N: reason`:\n\n| code | "
      "meaning |\n"
      "|---|---|\n";
  for (const ExitCodeRow& row : exit_codes()) {
    out += fmt::format("| {} | {} |\n", static_cast<int>(row.code), cell(row.meaning));
  }
  return out +
         "\nStopped during init: 128+N, N being the stop signal. main killed after the grace "
         "period: 137.\n";
}

}  // namespace

std::string markdown_reference(std::span<const ActionSpec* const> actions) {
  std::string out(kReferenceStart);
  const Objects objects(config::document(), actions);
  for (const ObjectInfo* object : objects.of_document()) {
    if (!object->name.empty()) out += section(*object);
  }
  out += kReferenceActions;
  for (const ActionSpec* action : actions) {
    if (action->kinds != 0) out += action_text(*action);
  }
  for (const ObjectInfo* object : objects.of_actions()) {
    if (!object->name.empty()) out += section(*object);
  }
  return fmt::format("{}{}{}{}", out, kReferenceRules, values_text(), exit_codes_text());
}

}  // namespace pintle::describe
