#include "config/parse_variables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/environment.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

/// Text, number or boolean: what a variable can be set to.
std::optional<std::string> scalar(Reader& reader, const Node& node) {
  switch (node.type) {
    case Node::Type::string:
    case Node::Type::integer:
    case Node::Type::fraction:
      return node.text;
    case Node::Type::boolean:
      return node.truth ? "true" : "false";
    default:
      reader.problem(node.at, fmt::format("expected a string, a number or a boolean, found {}",
                                          name_of(node.type)));
      return std::nullopt;
  }
}

void read_value(Reader& reader, const Node& node, Variable& out) {
  out.value = scalar(reader, node);
}
void read_fallback(Reader& reader, const Node& node, Variable& out) {
  out.fallback = scalar(reader, node);
}

void read_secret(Reader& reader, const Node& node, Variable& out) {
  out.secret = reader.boolean(node);
}
void read_pattern(Reader& reader, const Node& node, Variable& out) {
  out.pattern = reader.filled_text(node).value_or("");
  if (const std::string wrong = check_pattern(out.pattern); !wrong.empty()) {
    reader.problem(node.at, wrong);
  }
}

constexpr Form kScalarForm{.type = Form::Type::scalar, .name = "scalar"};

constexpr Key<Variable> kKeys[] = {
    {"description", into<&Variable::description, &Reader::text>,
     "What the variable is for; shown when it is missing.", "PostgreSQL URL"},
    {"value",
     {read_value, &kScalarForm},
     "A fixed value, whatever the container's environment says.",
     "C.UTF-8"},
    {"defaultValue",
     {read_fallback, &kScalarForm},
     "The value when the container's environment has none; without it the variable is required.",
     "info"},
    {"file", into<&Variable::file, &Reader::filled_text>,
     "A file whose content is the value, without the newlines at its end; for secrets.",
     "/run/secrets/db_password"},
    {"pattern",
     {read_pattern, &kFormOf<&Reader::filled_text>},
     "A regular expression (extended, regex(7)) that the whole value must match.",
     "debug|info|warn|error"},
    {"secret",
     {read_secret, &kFormOf<&Reader::boolean>},
     "Never show the value; true unless it says otherwise for what comes from a file and for names "
     "with TOKEN, PASS, SECRET, KEY or CREDENTIAL in them.",
     "true"},
    {"export", into<&Variable::exported, &Reader::boolean>,
     "Whether main and hooks find it in their environment; true, but false for a value from a "
     "file. "
     "It can be expanded either way, and a hook's own entry of that name counts instead there.",
     "false"},
    {"allowEmpty", into<&Variable::allow_empty, &Reader::boolean>,
     "Take an empty value for a value; otherwise empty counts as unset.", "true", "false"},
};

constexpr std::string_view kSources[] = {"value", "defaultValue", "file"};
constexpr Rule kRules[] = {{Rule::Type::at_most_one, kSources}};
constexpr auto kVariable =
    object_of<kKeys>({.name = "variable", .title = "a variable", .rules = kRules});

bool is_variable_name(std::string_view name) noexcept {
  const auto fits = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && (name.front() < '0' || name.front() > '9') &&
         std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

constexpr Form kVariableNameForm{
    .type = Form::Type::text, .pattern = "^[A-Za-z_][A-Za-z0-9_]*$", .name = "variableName"};
constexpr Form kVariablesForm =
    kMapForm<kVariableNameForm, kEitherForm<kScalarForm, kObjectForm<kVariable>>>;

bool check_variable_name(Reader& reader, std::string_view name, Position at) {
  if (is_variable_name(name)) return true;
  reader.problem(at, "a variable's name has letters, digits and _ only, no digit first");
  return false;
}

Variables peek_variables(const Node& node) {
  Variables out;
  Problems noted_later;
  Reader quiet(noted_later);
  read_variables(quiet, node, out);
  return out;
}

void read_variables(Reader& reader, const Node& node, Variables& out) {
  if (!reader.is(node, Node::Type::object)) return;
  for (const Member& member : node.members) {
    const Reader::Inside inside(reader, member.key);
    Variable variable{.name = member.key, .at = member.at, .pointer = reader.pointer()};
    (void)check_variable_name(reader, member.key, member.at);
    reader.mention(member.key, member.at);
    if (member.value.type == Node::Type::object) {
      read_object(reader, member.value, kVariable, variable);
    } else {
      variable.value = scalar(reader, member.value);
    }
    out.push_back(std::move(variable));
  }
}

}  // namespace pintle::config
