#include "config/parse_hook.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/hook_keys.hpp"
#include "config/parse_action.hpp"
#include "config/parse_command.hpp"
#include "config/parse_schedule.hpp"

namespace pintle::config {
namespace {

/// Exactly one action, and what belongs to it.
void check_action(Reader& reader, const Node& node, Kind kind) {
  std::vector<std::string_view> offered{"command"};
  for (const ActionSpec* action : reader.actions()) {
    if ((action->kinds & only(kind)) != 0) offered.push_back(action->name);
  }
  std::vector<std::string_view> found;
  std::copy_if(offered.begin(), offered.end(), std::back_inserter(found),
               [&](std::string_view name) { return node.find(name) != nullptr; });
  if (found.empty()) {
    reader.problem(node.at,
                   fmt::format("no action: one of {} is needed", fmt::join(offered, ", ")));
  } else if (found.size() > 1) {
    reader.problem(node.at, fmt::format("{} actions ({}), one is meant: split them over {} hooks",
                                        found.size(), fmt::join(found, ", "), found.size()));
  }
}

/// The keys that are names of built-ins.
class ActionKeys {
 public:
  ActionKeys(Reader& reader, Hook& hook) noexcept : reader_(reader), hook_(hook) {}

  bool operator()(const Member& member, std::vector<KeyName>& known) {
    for (const ActionSpec* action : reader_.actions()) {
      const bool belongs = (action->kinds & only(hook_.kind())) != 0;
      if (belongs && action->name == member.key) {
        hook_.action = read_builtin(reader_, member.value, *action);
        return true;
      }
      if (action->kinds != 0) known.push_back({action->name, belongs});
    }
    return false;
  }

 private:
  Reader& reader_;
  Hook& hook_;
};

void finish(Reader& reader, const Node& node, Hook& hook) {
  check_action(reader, node, hook.kind());
  if (auto* command = std::get_if<Command>(&hook.action)) {
    finish_command(reader, node, *command);
  }
  const auto* builtin = std::get_if<Builtin>(&hook.action);
  if (builtin != nullptr && hook.output == Output::file) {
    reader.problem(node.find("output")->at, "a built-in writes nothing that could become a file");
  }
  const bool has_input = hook.identity.input == Input::file || hook.identity.input == Input::text;
  if (builtin != nullptr && has_input) {
    reader.problem(node.find("stdin")->at, "a built-in reads nothing from its standard input");
  }
  const Node* codes = node.find("successExitCodes");
  if (builtin != nullptr && codes != nullptr) {
    reader.problem(codes->at, "a built-in succeeds or fails; exit codes are a program's");
  }
  if (hook.kind() == Kind::job) check_schedule(reader, node, hook);
  if (builtin != nullptr && !hook.timeout) hook.timeout = builtin->spec->timeout;
  if (hook.retries > 0 && node.find("backoff") == nullptr) hook.backoff = {};
}

Hook read_hook(Reader& reader, const Node& node, Kind kind, const Object<Hook>& object) {
  Hook hook{.policy = policy_of(kind), .at = node.at, .pointer = reader.pointer()};
  if (kind == Kind::job || kind == Kind::shutdown) hook.on_failure = OnFailure::proceed;
  if (kind == Kind::check) hook.on_failure = OnFailure::none;
  reader.set_own({});
  const std::vector<std::string> unread_before = reader.take_unread();
  read_object(reader, node, object, hook, ActionKeys(reader, hook));
  if (node.type == Node::Type::object) finish(reader, node, hook);
  reader.set_own({});
  hook.unread = reader.take_unread();
  reader.set_unread(unread_before);
  return hook;
}

}  // namespace

void read_hooks(Reader& reader, const Node& node, Kind kind, Moment moment,
                std::vector<Hook>& out) {
  read_items(reader, node, [&](const Node& item) {
    out.push_back(read_hook(reader, item, kind, hook_object(kind)));
    if (kind == Kind::shutdown) out.back().as<ShutdownPolicy>().moment = moment;
  });
}

Hook read_fallback_hook(Reader& reader, const Node& node) {
  return read_hook(reader, node, Kind::step, fallback_object());
}

}  // namespace pintle::config
