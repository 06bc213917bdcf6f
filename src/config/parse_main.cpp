#include "config/parse_parts.hpp"

namespace pintle::config {
namespace {

void read_signals(Reader& reader, const Node& node, Main& out) {
  if (!reader.is(node, Node::Type::object)) return;
  for (const Member& member : node.members) {
    const Reader::Inside inside(reader, member.key);
    const auto from =
        reader.signal({.type = Node::Type::string, .at = member.at, .text = member.key});
    const auto to = reader.signal(member.value);
    if (from && to) out.signals[*from] = *to;
  }
}

Command& command_of(Main& main) {
  if (!main.command) main.command.emplace();
  return *main.command;
}
void read_main_program(Reader& reader, const Node& node, Main& out) {
  if (auto program = reader.filled_text(node)) command_of(out).program = std::move(*program);
}
void read_main_arguments(Reader& reader, const Node& node, Main& out) {
  if (auto words = read_arguments(reader, node)) command_of(out).arguments = std::move(*words);
}
constexpr std::string_view kCommandLines[] = {"replace", "append"};

void read_command_line(Reader& reader, const Node& node, Main& out) {
  if (const auto word = reader.word(node, kCommandLines)) out.appends_command_line = *word == 1;
}

constexpr Key<Main> kMainKeys[] = {
    {"command", read_main_program, "The program of the container; COMMAND replaces it."},
    {"arguments", read_main_arguments, "Its arguments, each passed as it is."},
    {"commandLine", read_command_line,
     "What COMMAND does: replace command and arguments, or append to the arguments."},
    {"signals", read_signals, "What main gets instead of a signal: {\"SIGTERM\": \"SIGINT\"}."},
};

}  // namespace

void read_main(Reader& reader, const Node& node, Main& out) {
  const auto identity = [&](const Member& member, std::vector<KeyName>& known) {
    return read_identity_key(reader, member, out.identity, known);
  };
  read_object<Main>(reader, node, kMainKeys, out, "\"main\"", kAnyKind, identity);
  if (node.find("arguments") != nullptr && node.find("command") == nullptr) {
    reader.problem(node.at, "\"arguments\" without \"command\"");
  }
  if (out.command && node.find("arguments") == nullptr) {
    out.command->shell_form = looks_like_shell(out.command->program);
  }
  const Node* command_line = node.find("commandLine");
  const bool is_line = out.command && out.command->shell_form;
  if (out.appends_command_line && (!out.command || is_line)) {
    reader.problem(command_line->at, is_line ? "nothing can be appended to a line for the shell; "
                                               "write \"arguments\": []"
                                             : "\"append\" without \"command\"");
  }
}

}  // namespace pintle::config
