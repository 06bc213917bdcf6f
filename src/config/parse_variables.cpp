#include <fmt/format.h>

#include <algorithm>

#include "config/environment.hpp"
#include "config/parse_parts.hpp"

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

constexpr Key<Variable> kKeys[] = {
    {"description", into<&Variable::description, &Reader::text>,
     "What the variable is for; shown when it is missing."},
    {"value", read_value, "A fixed value, whatever the container's environment says."},
    {"defaultValue", read_fallback, "The value when the container's environment has none."},
    {"file", into<&Variable::file, &Reader::filled_text>,
     "A file whose content is the value, without the newlines at its end; for secrets."},
    {"pattern", read_pattern, "A regular expression (extended) that the whole value must match."},
    {"secret", read_secret,
     "Never show the value; names like *TOKEN*, *PASS*, *KEY* are by default."},
    {"export", into<&Variable::exported, &Reader::boolean>,
     "Pass a value from a file on to main and hooks as a variable."},
    {"allowEmpty", into<&Variable::allow_empty, &Reader::boolean>,
     "Take an empty value for a value; otherwise empty counts as unset."},
};

bool is_variable_name(std::string_view name) noexcept {
  const auto fits = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && (name.front() < '0' || name.front() > '9') &&
         std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

void read_variables(Reader& reader, const Node& node, Variables& out) {
  if (!reader.is(node, Node::Type::object)) return;
  for (const Member& member : node.members) {
    const Reader::Inside inside(reader, member.key);
    Variable variable{.name = member.key, .at = member.at, .pointer = reader.pointer()};
    if (!is_variable_name(member.key)) {
      reader.problem(member.at, "a variable's name has letters, digits and _ only, no digit first");
    }
    if (member.value.type == Node::Type::object) {
      read_object<Variable>(reader, member.value, kKeys, variable, "a variable");
    } else {
      variable.value = scalar(reader, member.value);
    }
    const int sources =
        (variable.value ? 1 : 0) + (variable.fallback ? 1 : 0) + (variable.file.empty() ? 0 : 1);
    if (sources > 1) {
      reader.problem(member.at, "\"value\", \"defaultValue\" and \"file\" exclude each other");
    }
    out.push_back(std::move(variable));
  }
}

}  // namespace pintle::config
