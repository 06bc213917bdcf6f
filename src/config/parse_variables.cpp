#include "config/parse_variables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/circles.hpp"
#include "config/scope.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

/// Text, number or boolean: what a variable can be set to.
std::optional<std::string> scalar(Reader& reader, const Node& node) {
  switch (node.type) {
    case Node::Type::string:
      return reader.argument(node);
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

void read_file_variable(Reader& reader, const Node& node, Variable& out) {
  auto name = reader.text(node);
  if (!name || !check_variable_name(reader, *name, node.at)) return;
  if (*name == out.name) {
    return reader.problem(node.at,
                          "it names the variable itself; write the name of the other one "
                          "that names the file");
  }
  reader.use(*name);
  out.file_variable = *std::move(name);
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

Resource& resource_of(Variable& variable) {
  return variable.resource ? *variable.resource : variable.resource.emplace();
}

constexpr std::string_view kResources[] = {"limits.memory", "limits.cpu"};
void read_resource(Reader& reader, const Node& node, Variable& out) {
  const auto word = reader.word(node, kResources);
  if (word) resource_of(out).type = static_cast<Resource::Type>(*word);
}
constexpr Form kPercent = kCountForm<1, 100>;
void read_percent(Reader& reader, const Node& node, Variable& out) {
  const auto percent = reader.integer(node, kPercent.least, kPercent.most);
  if (percent) resource_of(out).percent = static_cast<int>(*percent);
}

/// "1m" is a thousandth of a CPU, as in Kubernetes; a whole one is 1000.
constexpr std::string_view kDivisors[] = {"1", "1m", "1KiB", "1MiB", "1GiB"};
constexpr std::int64_t kDivisorValues[] = {0, 1, 1 << 10, 1 << 20, 1 << 30};
void read_divisor(Reader& reader, const Node& node, Variable& out) {
  const auto word = reader.word(node, kDivisors);
  if (!word) return;
  Resource& resource = resource_of(out);
  resource.divisor = kDivisorValues[*word];
  const bool is_cpu = resource.type == Resource::Type::cpu;
  if (*word > 0 && is_cpu != (*word == 1)) {
    reader.problem(node.at, fmt::format("{} is counted in {}", kResources[is_cpu ? 1 : 0],
                                        is_cpu ? "CPUs: write 1 or 1m"
                                               : "bytes: write 1, 1KiB, 1MiB or 1GiB"));
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
     "The value when there is no other one; without it the variable is required, unless it is "
     "`optional`.",
     "info"},
    {"file", into<&Variable::file, &Reader::expandable>,
     "A file whose content is the value, without the newlines at its end; for secrets. Together "
     "with a variable of that name in the container it is an error, unless there is a "
     "`fileVariable` too.",
     "/run/secrets/db_password"},
    {"fileVariable",
     {read_file_variable, &kVariableNameForm},
     "The name of a variable that names a file whose content is the value, as in Docker's official "
     "images. If it and the variable itself are set, that is an error; no child gets it.",
     "DB_PASSWORD_FILE"},
    {"resource",
     {read_resource, &kWordForm<kResources>},
     "The container's limit of memory (in bytes) or of CPUs as a number, where there is no other "
     "value: resourceFieldRef of Kubernetes. Without a limit it is what the machine has.",
     "limits.memory",
     {},
     kAnyKind,
     false,
     Turn::first},
    {"percent", {read_percent, &kPercent}, "How much of the resource the value is.", "75", "100"},
    {"divisor",
     {read_divisor, &kWordForm<kDivisors>},
     "The unit of the value, which is rounded up: 1KiB, 1MiB or 1GiB of memory, 1m for "
     "thousandths of a CPU.",
     "1MiB",
     "1"},
    {"optional", into<&Variable::is_optional, &Reader::boolean>,
     "It may have no value: then it expands to nothing, and is not set for conditions.", "true",
     "false"},
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

constexpr std::string_view kValueOrDefault[] = {"value", "defaultValue"};
constexpr std::string_view kValueOrFile[] = {"value", "file"};
constexpr std::string_view kValueOrFileVariable[] = {"value", "fileVariable"};
constexpr std::string_view kValueOrOptional[] = {"value", "optional"};
constexpr std::string_view kValueOrResource[] = {"value", "resource"};
constexpr std::string_view kDefaultOrResource[] = {"defaultValue", "resource"};
constexpr std::string_view kPercentNeedsResource[] = {"percent", "resource"};
constexpr std::string_view kDivisorNeedsResource[] = {"divisor", "resource"};
constexpr Rule kRules[] = {
    {Rule::Type::at_most_one, kValueOrResource},     {Rule::Type::at_most_one, kDefaultOrResource},
    {Rule::Type::needs, kPercentNeedsResource},      {Rule::Type::needs, kDivisorNeedsResource},
    {Rule::Type::at_most_one, kValueOrDefault},      {Rule::Type::at_most_one, kValueOrFile},
    {Rule::Type::at_most_one, kValueOrFileVariable}, {Rule::Type::at_most_one, kValueOrOptional}};
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

void refuse_circles(Reader& reader, const Node& node, const Variables& top, const Variables& own) {
  std::string wrong = check_circles(top, own);
  if (wrong.empty()) return;
  reader.problem(node.at, std::move(wrong));
  reader.set_own({});
  if (own.empty()) reader.set_top({});
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
