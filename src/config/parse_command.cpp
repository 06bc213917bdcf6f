#include "config/parse_command.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/expansion.hpp"
#include "config/parse_condition.hpp"
#include "config/path.hpp"
#include "config/slots.hpp"

namespace pintle::config {

namespace {

void read_words(Reader& reader, const Node& node, Argument& out) {
  out.type = Argument::Type::words;
  if (auto text = reader.expandable(node)) out.text = *std::move(text);
}
void read_if(Reader& reader, const Node& node, Argument& out) {
  out.type = Argument::Type::choice;
  if (auto condition = read_start_condition(reader, node)) out.condition = *std::move(condition);
}
template <auto Side>
void read_side(Reader& reader, const Node& node, Argument& out) {
  out.type = Argument::Type::choice;
  if (auto arguments = read_arguments(reader, node)) out.*Side = *std::move(arguments);
}

constexpr Key<Argument> kArgumentKeys[] = {
    {"words",
     {read_words, &kFormOf<&Reader::expandable>},
     "A string that becomes none, one or several arguments: pintle expands its variables, then "
     "splits it at blanks. Single quotes, double quotes and backslashes keep blanks together, as "
     "in POSIX sh.",
     "${JAVA_OPTS:-}"},
    {"if",
     {read_if, &kStartConditionForm},
     "A condition that pintle knows when the container starts.",
     R"({"environment": "WAL_DIR"})"},
    {"then",
     {read_side<&Argument::then>, &kArgumentsForm},
     "The arguments if the condition is true.",
     R"(["--waldir", "$WAL_DIR"])",
     "[]"},
    {"else",
     {read_side<&Argument::otherwise>, &kArgumentsForm},
     "The arguments if the condition is false.",
     "[]",
     "[]"},
};
constexpr std::string_view kWordsOrIf[] = {"words", "if"};
constexpr std::string_view kThenNeedsIf[] = {"then", "if"};
constexpr std::string_view kElseNeedsIf[] = {"else", "if"};
constexpr Rule kArgumentRules[] = {{Rule::Type::exactly_one, kWordsOrIf},
                                   {Rule::Type::needs, kThenNeedsIf},
                                   {Rule::Type::needs, kElseNeedsIf}};
constexpr auto kArgumentObject = object_of<kArgumentKeys>(
    {.name = "argumentObject", .title = "an argument", .rules = kArgumentRules});

Argument read_argument(Reader& reader, const Node& node) {
  Argument argument;
  if (node.type == Node::Type::object) {
    read_object(reader, node, kArgumentObject, argument);
  } else if (auto text = reader.argument(node)) {
    argument.text = *std::move(text);
  }
  return argument;
}

constexpr Form kArgumentForm{
    .type = Form::Type::either,
    .parts = kParts<kFormOf<&Reader::argument>, kObjectForm<kArgumentObject>>,
    .name = "argumentEntry"};

}  // namespace

constexpr Form kArgumentsForm = kListForm<kArgumentForm>;

bool looks_like_shell(std::string_view command) noexcept {
  return command.find_first_of(" \t\r\n|&;<>()\"'\\*?[#~`") != std::string_view::npos;
}

std::optional<Arguments> read_arguments(Reader& reader, const Node& node) {
  if (!reader.is(node, Node::Type::array)) return std::nullopt;
  Arguments arguments;
  arguments.reserve(node.items.size());
  read_items(reader, node,
             [&](const Node& item) { arguments.push_back(read_argument(reader, item)); });
  return arguments;
}

void finish_command(Reader& reader, const Node& node, Command& out) {
  const Node* program = node.find("command");
  if (is_blank(out.program) && !out.program.empty()) {
    const Reader::Inside inside(reader, "command");
    reader.problem(program->at, check_path(out.program));
  }
  out.shell_form = node.find("arguments") == nullptr && looks_like_shell(out.program);
  if (out.shell_form && out.verify) {
    reader.problem(node.find("verify")->at,
                   "a line for the shell is no file that could be verified; write \"arguments\"");
  }
  if (out.shell_form || program == nullptr) return;
  const Reader::Inside inside(reader, "command");
  std::string wrong = reader.check_variables(*program);
  if (is_final(out.program) && !is_blank(out.program)) wrong = check_program_path(out.program);
  if (!wrong.empty()) reader.problem(program->at, wrong);
}

}  // namespace pintle::config
