#include "config/parse_output.hpp"

#include "config/slots.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kOutputs[] = {"inherit", "log", "discard"};

constexpr Key<Hook> kOutputKeys[] = {
    {"file",
     text<&Hook::output_file, kEntryPath>,
     "The file that holds what a run wrote to its standard output, once it has succeeded. One that "
     "is replaced keeps its permissions, if it is root's or of who runs the hook.",
     "/run/schema.sql",
     {},
     kAnyKind,
     true},
};
constexpr auto kOutput = object_of<kOutputKeys>({.name = "output", .title = "\"output\""});

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

constexpr Key<HookLogging> kLoggingKeys[] = {
    {"level", word<&HookLogging::level, log::kLevelWords>,
     "The lowest level of this hook's events that is written; the top level's unless it says "
     "otherwise.",
     "warn"},
    {"fields",
     {read_fields, &kFields},
     "Fields that are added to its events; values are expanded.",
     R"({"component": "migration", "at": "${NOW}"})",
     "{}"},
};
constexpr auto kLogging = object_of<kLoggingKeys>({.name = "hookLogging", .title = "\"logging\""});

}  // namespace

constexpr Form kOutputForm = kEitherForm<kWordForm<kOutputs>, kObjectForm<kOutput>>;
constexpr Form kHookLoggingForm = kObjectForm<kLogging>;

void read_output(Reader& reader, const Node& node, Hook& out) {
  if (node.type == Node::Type::string) {
    return word<&Hook::output, kOutputs>.read(reader, node, out);
  }
  read_object(reader, node, kOutput, out);
  out.output = Output::file;
}

void read_hook_logging(Reader& reader, const Node& node, Hook& out) {
  read_object(reader, node, kLogging, out.logging);
}

}  // namespace pintle::config
