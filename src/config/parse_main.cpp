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
template <auto Field, auto Method>
void main_identity(Reader& reader, const Node& node, Main& out) {
  into<Field, Method>(reader, node, out.identity);
}
void read_main_environment(Reader& reader, const Node& node, Main& out) {
  read_variables(reader, node, out.identity.environment);
}

constexpr Key<Main> kMainKeys[] = {
    {"command", read_main_program, "The program of the container; COMMAND replaces it."},
    {"arguments", read_main_arguments, "Its arguments, each passed as it is."},
    {"user", main_identity<&Identity::user, &Reader::filled_text>, "Who runs it."},
    {"workingDirectory", main_identity<&Identity::working_directory, &Reader::expandable>,
     "Where it runs."},
    {"environment", read_main_environment, "Variables of main."},
    {"useSystemEnvironment", main_identity<&Identity::use_system_environment, &Reader::boolean>,
     "Pass the container's environment on; true unless it says otherwise."},
    {"umask", main_identity<&Identity::umask, &Reader::mode>, "Its file mode creation mask."},
    {"signals", read_signals, "What main gets instead of a signal: {\"SIGTERM\": \"SIGINT\"}."},
};

}  // namespace

void read_main(Reader& reader, const Node& node, Main& out) {
  read_object<Main>(reader, node, kMainKeys, out, "\"main\"");
  if (node.find("arguments") != nullptr && node.find("command") == nullptr) {
    reader.problem(node.at, "\"arguments\" without \"command\"");
  }
  if (out.command && node.find("arguments") == nullptr) {
    out.command->shell_form = looks_like_shell(out.command->program);
  }
}

}  // namespace pintle::config
