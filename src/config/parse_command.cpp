#include "config/parse_command.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/expansion.hpp"
#include "config/path.hpp"
#include "config/slots.hpp"

namespace pintle::config {

constexpr Form kArgumentsForm = kListForm<kFormOf<&Reader::argument>>;

bool looks_like_shell(std::string_view command) noexcept {
  return command.find_first_of(" \t\r\n|&;<>()\"'\\*?[#~`") != std::string_view::npos;
}

std::optional<std::vector<std::string>> read_arguments(Reader& reader, const Node& node) {
  if (!reader.is(node, Node::Type::array)) return std::nullopt;
  std::vector<std::string> arguments;
  read_items(reader, node, [&](const Node& item) {
    if (auto argument = reader.argument(item)) arguments.push_back(std::move(*argument));
  });
  return arguments;
}

void finish_command(Reader& reader, const Node& node, Command& out) {
  const Node* program = node.find("command");
  if (is_blank(out.program) && !out.program.empty()) {
    const Reader::Inside inside(reader, "command");
    reader.problem(program->at, check_path(out.program));
  }
  out.shell_form = node.find("arguments") == nullptr && looks_like_shell(out.program);
  if (out.shell_form || program == nullptr) return;
  const Reader::Inside inside(reader, "command");
  std::string wrong = reader.check_variables(*program);
  if (is_final(out.program) && !is_blank(out.program)) wrong = check_program_path(out.program);
  if (!wrong.empty()) reader.problem(program->at, wrong);
}

}  // namespace pintle::config
