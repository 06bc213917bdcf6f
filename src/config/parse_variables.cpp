#include "config/parse_variables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/circles.hpp"
#include "config/scope.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

/// Reads a string, a number or a boolean: the value of a variable.
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
void read_default(Reader& reader, const Node& node, Variable& out) {
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
void read_variable_pattern(Reader& reader, const Node& node, Variable& out) {
  out.pattern = reader.nonempty_text(node).value_or("");
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

/// As in Kubernetes, "1m" is a thousandth of a CPU, and a whole CPU is 1000 of them.
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

constexpr Key<Variable> kVariableMembers[] = {
    {"description", into<&Variable::description, &Reader::text>,
     "The purpose of the variable; a message shows it if the variable is missing.",
     "PostgreSQL URL"},
    {"value",
     {read_value, &kScalarForm},
     "A fixed value. The container's environment cannot change it.",
     "C.UTF-8"},
    {"defaultValue",
     {read_default, &kScalarForm},
     "The value if there is no other one. A variable without a default is required, unless it is "
     "`optional`.",
     "info"},
    {"file", into<&Variable::file, &Reader::expandable>,
     "A file whose content is the value, without the newlines at its end; for secrets. If the "
     "container has a variable of that name too, it is an error, unless there is a `fileVariable`.",
     "/run/secrets/db_password"},
    {"fileVariable",
     {read_file_variable, &kVariableNameForm},
     "The name of another variable, which names a file whose content is the value, as in the "
     "official images of Docker. It is an error if both variables are set. No child gets the other "
     "variable.",
     "DB_PASSWORD_FILE"},
    {"resource",
     {read_resource, &kWordForm<kResources>},
     "The value is a limit of the container, if there is no other value: memory in bytes, or CPUs, "
     "as resourceFieldRef of Kubernetes. If there is no limit, it is what the machine has.",
     "limits.memory",
     {},
     kAnyKind,
     false,
     ReadOrder::first},
    {"percent",
     {read_percent, &kPercent},
     "The percentage of the resource that becomes the value.",
     "75",
     "100"},
    {"divisor",
     {read_divisor, &kWordForm<kDivisors>},
     "The unit of the value: 1KiB, 1MiB or 1GiB for memory, 1m for thousandths of a CPU. The value "
     "is rounded up.",
     "1MiB",
     "1"},
    {"optional", into<&Variable::is_optional, &Reader::boolean>,
     "Whether the variable may have no value. It then expands to nothing, and a condition takes it "
     "as not set.",
     "true", "false"},
    {"pattern",
     {read_variable_pattern, &kFormOf<&Reader::nonempty_text>},
     "A regular expression (extended, regex(7)) that the whole value must match.",
     "debug|info|warn|error"},
    {"secret",
     {read_secret, &kFormOf<&Reader::boolean>},
     "Whether the value is never shown. Default: true for a value from a file, and for names that "
     "contain TOKEN, PASS, SECRET, KEY or CREDENTIAL.",
     "true"},
    {"export", into<&Variable::exported, &Reader::boolean>,
     "Whether the variable is in the environment of main and hooks. Default: true, but false for a "
     "value from a file. It can be expanded in either case. For a hook that declares the variable "
     "itself, that declaration counts.",
     "false"},
    {"allowEmpty", into<&Variable::allow_empty, &Reader::boolean>,
     "Whether an empty value is a value. Otherwise it counts as not set.", "true", "false"},
};

constexpr std::string_view kValueOrDefault[] = {"value", "defaultValue"};
constexpr std::string_view kValueOrFile[] = {"value", "file"};
constexpr std::string_view kValueOrFileVariable[] = {"value", "fileVariable"};
constexpr std::string_view kValueOrOptional[] = {"value", "optional"};
constexpr std::string_view kValueOrResource[] = {"value", "resource"};
constexpr std::string_view kDefaultOrResource[] = {"defaultValue", "resource"};
constexpr std::string_view kPercentNeedsResource[] = {"percent", "resource"};
constexpr std::string_view kDivisorNeedsResource[] = {"divisor", "resource"};
constexpr Rule kVariableRules[] = {
    {Rule::Type::at_most_one, kValueOrResource},     {Rule::Type::at_most_one, kDefaultOrResource},
    {Rule::Type::needs, kPercentNeedsResource},      {Rule::Type::needs, kDivisorNeedsResource},
    {Rule::Type::at_most_one, kValueOrDefault},      {Rule::Type::at_most_one, kValueOrFile},
    {Rule::Type::at_most_one, kValueOrFileVariable}, {Rule::Type::at_most_one, kValueOrOptional}};
constexpr auto kVariable = object_of<kVariableMembers>(
    {.name = "variable", .title = "a variable", .rules = kVariableRules});

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
  reader.problem(
      at, "the name of a variable has letters, digits and _ only, and does not begin with a digit");
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

namespace {

/// A value that the config itself gives can be checked before the start, unless it is made of other
/// values.
void check_against_pattern(Reader& reader, const Variable& variable) {
  if (variable.pattern.empty()) return;
  const auto is_wrong = [&](const std::optional<std::string>& value) {
    return value && value->find('$') == std::string::npos && !matches(variable.pattern, *value);
  };
  if (is_wrong(variable.value)) {
    reader.problem(variable.at, "its value does not match its pattern");
  }
  if (is_wrong(variable.fallback)) {
    reader.problem(variable.at, "its defaultValue does not match its pattern");
  }
}

}  // namespace

void read_variables(Reader& reader, const Node& node, Variables& out) {
  if (!reader.is(node, Node::Type::object)) return;
  for (const Member& member : node.members) {
    const Reader::Inside inside(reader, member.key);
    Variable variable{.name = member.key, .at = member.at, .pointer = reader.pointer()};
    (void)check_variable_name(reader, member.key, member.at);
    reader.mention(member.key, member.at);
    if (member.value.type == Node::Type::object) {
      read_object(reader, member.value, kVariable, variable);
      check_against_pattern(reader, variable);
    } else {
      variable.value = scalar(reader, member.value);
    }
    out.push_back(std::move(variable));
  }
}

}  // namespace pintle::config
