#include "config/parse_main.hpp"

#include "config/expansion.hpp"
#include "config/parse_command.hpp"
#include "config/parse_identity.hpp"
#include "config/slots.hpp"

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

constexpr std::string_view kCommandLines[] = {"replace", "append", "options"};

constexpr Form kExitCode = kCountForm<0, 255>;

void read_success_codes(Reader& reader, const Node& node, Main& out) {
  out.success_codes.clear();
  read_items(reader, node, [&](const Node& item) {
    const auto code = reader.integer(item, kExitCode.least, kExitCode.most);
    if (code) out.success_codes.push_back(static_cast<int>(*code));
  });
}

constexpr std::string_view kNotifyWords[] = {"all"};

void read_notify(Reader& reader, const Node& node, Main& out) {
  if (node.type == Node::Type::string && is_final(node.text)) {
    if (reader.word(node, kNotifyWords)) out.notify = Notify::all;
    return;
  }
  if (const auto wanted = reader.boolean(node)) {
    out.notify = *wanted ? Notify::main : Notify::none;
  }
}

constexpr Form kNotifyForm = kEitherForm<kFormOf<&Reader::boolean>, kWordForm<kNotifyWords>>;

constexpr const Form& kSignal = kFormOf<&Reader::signal>;

constexpr Key<Main> kOwnKeys[] = {
    {"command",
     {read_main_program, &kCommandForm},
     "The program of the container, by path or by name in PATH; COMMAND replaces it.",
     "/usr/bin/python3"},
    {"arguments",
     {read_main_arguments, &kArgumentsForm},
     "Its arguments, each passed as it is, never split.",
     R"(["/app/main.py", "--port", "$PORT"])",
     "[]"},
    {"commandLine", word<&Main::command_line, kCommandLines>,
     "What COMMAND does: replace command and arguments; append to the arguments; or options: words "
     "of which the first begins with - or is main's own name follow the arguments, and anything "
     "else replaces main and runs alone, without steps, checks, jobs and shutdown steps, as with "
     "Docker's official images.",
     "options", "replace"},
    {"pause", into<&Main::pauses, &Reader::boolean>,
     "There is no main: pintle itself stays until it is stopped, with its checks and jobs.", "true",
     "false"},
    {"notify",
     {read_notify, &kNotifyForm},
     "Whether main speaks sd_notify: it gets a NOTIFY_SOCKET, and is ready when it has said "
     "READY=1. "
     "\"all\" hears every process of its user.",
     "true",
     "false"},
    {"signals",
     {read_signals, &kMapForm<kSignal, kSignal>},
     "What main gets instead of a signal.",
     R"({"SIGTERM": "SIGINT"})",
     "{}"},
    {"successExitCodes",
     {read_success_codes, &kListForm<kExitCode>},
     "Exit codes of main that are a success: the container's is 0 then. 0 is one anyway.",
     "[143]",
     "[]"},
};

constexpr auto kMainKeys = joined(kOwnKeys, keys_within<&Main::identity, kIdentityKeys>());

constexpr std::string_view kPauseOrCommand[] = {"pause", "command"};
constexpr std::string_view kPauseOrNotify[] = {"pause", "notify"};
constexpr std::string_view kCommandLineNeedsCommand[] = {"commandLine", "command"};
constexpr Rule kRules[] = {{Rule::Type::needs, kArgumentsNeedCommand},
                           {Rule::Type::needs, kCommandLineNeedsCommand},
                           {Rule::Type::at_most_one, kPauseOrCommand},
                           {Rule::Type::at_most_one, kPauseOrNotify}};
constexpr auto kMain = object_of<kMainKeys>({.name = "main", .title = "\"main\"", .rules = kRules});

}  // namespace

constexpr Form kMainForm = kObjectForm<kMain>;

void read_main(Reader& reader, const Node& node, Model& out) {
  Main& main = out.main;
  read_object(reader, node, kMain, main);
  reader.set_own({});
  if (!main.command) return;
  finish_command(reader, node, *main.command);
  if (main.command_line != CommandLine::replace && main.command->shell_form) {
    reader.problem(node.find("commandLine")->at,
                   "nothing can be appended to a line for the shell; write \"arguments\": []");
  }
}

}  // namespace pintle::config
