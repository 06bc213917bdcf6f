#include "config/parse_main.hpp"

#include "config/expansion.hpp"
#include "config/parse_command.hpp"
#include "config/parse_identity.hpp"
#include "config/parse_verify.hpp"
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

Command& main_command(Main& main) {
  if (!main.command) main.command.emplace();
  return *main.command;
}
void read_main_program(Reader& reader, const Node& node, Main& out) {
  if (auto program = reader.nonempty_text(node)) main_command(out).program = std::move(*program);
}
void read_main_arguments(Reader& reader, const Node& node, Main& out) {
  if (auto words = read_arguments(reader, node)) main_command(out).arguments = std::move(*words);
}

constexpr std::string_view kCommandLines[] = {"replace", "append", "options"};

void read_subcommands(Reader& reader, const Node& node, Main& out) {
  auto pattern = reader.nonempty_text(node);
  if (!pattern) return;
  if (const std::string wrong = check_pattern(*pattern); !wrong.empty()) {
    reader.problem(node.at, wrong);
  }
  out.subcommands = *std::move(pattern);
}

constexpr Form kMainExitCode = kCountForm<0, 255>;

void read_main_success_codes(Reader& reader, const Node& node, Main& out) {
  out.success_codes.clear();
  read_items(reader, node, [&](const Node& item) {
    const auto code = reader.integer(item, kMainExitCode.least, kMainExitCode.most);
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

constexpr Key<Main> kMainOwnKeys[] = {
    {"command",
     {read_main_program, &kCommandForm},
     "The program to execute: a path, or a name that is searched in PATH. COMMAND on the command "
     "line replaces it.",
     "/usr/bin/python3"},
    {"arguments",
     {read_main_arguments, &kArgumentsForm},
     "The arguments of the program. Each is passed as it is and never split.",
     R"(["/app/main.py", "--port", "$PORT"])",
     "[]"},
    verify_key<Main, main_command>(
        "What must be proven of the program before pintle starts it by its path; if the file "
        "differs, pintle exits with 82. It also applies to a COMMAND that replaces the program."),
    {"commandLine", word<&Main::command_line, kCommandLines>,
     "What COMMAND on the command line does. replace: it replaces command and arguments. append: "
     "it follows the arguments. options: words that begin with - or with the name of the program "
     "follow the arguments; any other COMMAND replaces main and runs alone, without steps, checks, "
     "jobs and shutdown steps, as with the official images of Docker.",
     "options", "replace"},
    {"subcommands",
     {read_subcommands, &kFormOf<&Reader::nonempty_text>},
     "An extended regular expression for the first word of COMMAND with \"commandLine\": "
     "\"options\": if all of the word matches, COMMAND follows the arguments too, because it is "
     "a subcommand or a file of the program and not another program.",
     R"(agent|members|version)"},
    {"pause", into<&Main::pauses, &Reader::boolean>,
     "There is no main process: pintle runs until it is stopped, with its checks and jobs.", "true",
     "false"},
    {"notify",
     {read_notify, &kNotifyForm},
     "Whether main uses sd_notify(3): it gets a NOTIFY_SOCKET and is ready when it has sent "
     "READY=1. all: pintle accepts messages of every process of its user.",
     "true",
     "false"},
    {"signals",
     {read_signals, &kMapForm<kSignal, kSignal>},
     "The signal that main gets instead of another one.",
     R"({"SIGTERM": "SIGINT"})",
     "{}"},
    {"successExitCodes",
     {read_main_success_codes, &kListForm<kMainExitCode>},
     "Exit codes of main that count as success: pintle then exits with 0. Exit code 0 always does.",
     "[143]",
     "[]"},
};

constexpr auto kMainKeys = joined(kMainOwnKeys, keys_within<&Main::identity, kIdentityKeys>());

constexpr std::string_view kPauseOrCommand[] = {"pause", "command"};
constexpr std::string_view kPauseOrNotify[] = {"pause", "notify"};
constexpr std::string_view kCommandLineNeedsCommand[] = {"commandLine", "command"};
constexpr std::string_view kSubcommandsNeedLine[] = {"subcommands", "commandLine"};
constexpr Rule kMainRules[] = {
    {Rule::Type::needs, kArgumentsNeedCommand}, kVerifyRule,
    {Rule::Type::needs, kSubcommandsNeedLine},  {Rule::Type::needs, kCommandLineNeedsCommand},
    {Rule::Type::at_most_one, kPauseOrCommand}, {Rule::Type::at_most_one, kPauseOrNotify}};
constexpr auto kMain =
    object_of<kMainKeys>({.name = "main", .title = "\"main\"", .rules = kMainRules});

}  // namespace

constexpr Form kMainForm = kObjectForm<kMain>;

void read_main(Reader& reader, const Node& node, Model& out) {
  Main& main = out.main;
  read_object(reader, node, kMain, main);
  reader.set_own({});
  const bool is_wrong = !main.subcommands.empty() && main.command_line != CommandLine::options;
  if (is_wrong && node.find("commandLine") != nullptr) {
    reader.problem(node.find("subcommands")->at,
                   "\"subcommands\" is only for \"commandLine\": \"options\"");
  }
  if (!main.command) return;
  finish_command(reader, node, *main.command);
  if (main.command_line != CommandLine::replace && main.command->shell_form) {
    reader.problem(node.find("commandLine")->at,
                   "a line for the shell cannot take arguments; write \"arguments\": []");
  }
}

}  // namespace pintle::config
