#include "config/parse_output.hpp"

#include "config/parse_variables.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kOutputs[] = {"inherit", "log", "discard"};

constexpr Slot<Hook> kFile = text<&Hook::output_file, kEntryPath>;
void read_output_file(Reader& reader, const Node& node, Hook& out) {
  out.output = Output::file;
  kFile.read(reader, node, out);
}

void read_env_file(Reader& reader, const Node& node, Hook& out) {
  read_output_file(reader, node, out);
  out.output_is_env_file = true;
}

constexpr Key<Hook> kOutputKeys[] = {
    {"file",
     {read_output_file, kFile.form},
     "The file that gets the standard output of a run when it has succeeded. A file that exists "
     "keeps its permissions if it belongs to root or to the user of the hook.",
     "/run/schema.sql"},
    {"envFile",
     {read_env_file, kFile.form},
     "The same for lines NAME=VALUE, as `env` writes them, in the format that `fileKeyRef` of "
     "Kubernetes reads: every value in single quotes. A value with a single quote, or a line that "
     "is something else, is a failure.",
     "/pod/config.env"},
};
constexpr std::string_view kOneFile[] = {"file", "envFile"};
constexpr Rule kOutputRules[] = {{Rule::Type::exactly_one, kOneFile}};
constexpr auto kOutput =
    object_of<kOutputKeys>({.name = "output", .title = "\"output\"", .rules = kOutputRules});

void read_output_variable(Reader& reader, const Node& node, Hook& out) {
  auto name = reader.text(node);
  if (!name || !check_variable_name(reader, *name, node.at)) return;
  out.output = Output::variable;
  out.output_variable.name = *std::move(name);
  out.output_variable.at = node.at;
  out.output_variable.pointer = reader.pointer();
  reader.mention(out.output_variable.name, node.at);
}
constexpr Slot<OutputVariable> kExport = into<&OutputVariable::is_exported, &Reader::boolean>;
constexpr Slot<OutputVariable> kSecret = into<&OutputVariable::secret, &Reader::boolean>;

constexpr Key<Hook> kStepOutputKeys[] = {
    {"file", kOutputKeys[0].value, kOutputKeys[0].help, kOutputKeys[0].example},
    {"envFile", kOutputKeys[1].value, kOutputKeys[1].help, kOutputKeys[1].example},
    {"variable",
     {read_output_variable, &kVariableNameForm},
     "The variable that gets the standard output of a run, at most 64KiB, without the newlines at "
     "its end. Later steps, main and everything that runs after them can use it.",
     "TOKEN"},
    {"export", within<&Hook::output_variable, kExport>,
     "Whether the variable is also in the environment of main and of the hooks.", "true", "false"},
    {"secret", within<&Hook::output_variable, kSecret>,
     "Never show the value; true unless it says otherwise for names with TOKEN, PASS, SECRET, KEY "
     "or CREDENTIAL in them.",
     "true"},
};
constexpr std::string_view kFileOrVariable[] = {"file", "envFile", "variable"};
constexpr std::string_view kExportNeedsVariable[] = {"export", "variable"};
constexpr std::string_view kSecretNeedsVariable[] = {"secret", "variable"};
constexpr Rule kStepOutputRules[] = {{Rule::Type::exactly_one, kFileOrVariable},
                                     {Rule::Type::needs, kExportNeedsVariable},
                                     {Rule::Type::needs, kSecretNeedsVariable}};
constexpr auto kStepOutput = object_of<kStepOutputKeys>(
    {.name = "stepOutput", .title = "\"output\"", .rules = kStepOutputRules});

constexpr Form kFields = kMapForm<kFormOf<&Reader::text>, kFormOf<&Reader::expandable>>;

void read_fields(Reader& reader, const Node& node, HookLogging& out) {
  if (!reader.is(node, Node::Type::object)) return;
  for (const Member& member : node.members) {
    const Reader::Inside inside(reader, member.key);
    if (auto text = reader.expandable(member.value)) {
      out.fields.emplace_back(member.key, std::move(*text));
    }
  }
}

constexpr Key<HookLogging> kHookLoggingKeys[] = {
    {"level", word<&HookLogging::level, log::kLevelWords>,
     "The lowest level of the log lines about this hook. Default: the level of the top level.",
     "warn"},
    {"fields",
     {read_fields, &kFields},
     "Fields that are added to these lines; variables in the values are expanded.",
     R"({"component": "migration", "at": "${NOW}"})",
     "{}"},
};
constexpr auto kHookLogging =
    object_of<kHookLoggingKeys>({.name = "hookLogging", .title = "\"logging\""});

}  // namespace

constexpr Form kOutputForm = kEitherForm<kWordForm<kOutputs>, kObjectForm<kOutput>>;
constexpr Form kStepOutputForm = kEitherForm<kWordForm<kOutputs>, kObjectForm<kStepOutput>>;
constexpr Form kHookLoggingForm = kObjectForm<kHookLogging>;

void read_output(Reader& reader, const Node& node, Hook& out) {
  if (node.type == Node::Type::string) {
    return word<&Hook::output, kOutputs>.read(reader, node, out);
  }
  if (out.kind() == Kind::step) return read_object(reader, node, kStepOutput, out);
  read_object(reader, node, kOutput, out);
}

void read_hook_logging(Reader& reader, const Node& node, Hook& out) {
  read_object(reader, node, kHookLogging, out.logging);
}

}  // namespace pintle::config
