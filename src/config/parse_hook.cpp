#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "config/parse_parts.hpp"

namespace pintle::config {
namespace {

/// Exactly one action, and what belongs to it.
void check_action(Reader& reader, const Node& node, Kind kind, ActionSpecs actions) {
  std::vector<std::string_view> offered{"command"};
  for (const ActionSpec* action : actions) {
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

/// The keys that are names of built-ins, and those of the identity.
class OtherKeys {
 public:
  OtherKeys(Reader& reader, Hook& hook, ActionSpecs actions) noexcept
      : reader_(reader), hook_(hook), actions_(actions) {}

  bool operator()(const Member& member, std::vector<KeyName>& known) {
    for (const ActionSpec* action : actions_) {
      const bool belongs = (action->kinds & only(hook_.kind)) != 0;
      if (belongs && action->name == member.key) {
        hook_.action = read_builtin(reader_, member.value, *action);
        return true;
      }
      if (action->kinds != 0) known.push_back({action->name, belongs});
    }
    return read_identity_key(reader_, member, hook_.identity, known);
  }

 private:
  Reader& reader_;
  Hook& hook_;
  ActionSpecs actions_;
};

/// A hook's own variables, ahead of everything that they may stand in.
Variables variables_of(const Node& node) {
  Variables own;
  const Node* environment = node.find("environment");
  Problems noted_later;
  Reader quiet(noted_later);
  if (environment != nullptr) read_variables(quiet, *environment, own);
  return own;
}

void finish(Reader& reader, const Node& node, Hook& hook, ActionSpecs actions) {
  check_action(reader, node, hook.kind, actions);
  if (auto* command = std::get_if<Command>(&hook.action)) {
    finish_command(reader, node, *command);
  }
  const auto* builtin = std::get_if<Builtin>(&hook.action);
  if (builtin != nullptr && hook.output == Output::file) {
    reader.problem(node.find("output")->at, "a built-in writes nothing that could become a file");
  }
  const Node* codes = node.find("successExitCodes");
  if (builtin != nullptr && codes != nullptr) {
    reader.problem(codes->at, "a built-in succeeds or fails; exit codes are a program's");
  }
  if (hook.kind == Kind::job) check_schedule(reader, node, hook);
  if (builtin != nullptr && !hook.timeout) hook.timeout = builtin->spec->timeout;
  if (hook.retries > 0 && node.find("backoff") == nullptr) hook.backoff = {};
  const Node* on_failure = node.find("onFailure");
  if (on_failure != nullptr) {
    read_on_failure(reader, *on_failure, hook, actions);
  }
}

}  // namespace

Hook read_hook(Reader& reader, const Node& node, Kind kind, const Object<Hook>& object,
               ActionSpecs actions) {
  Hook hook{.kind = kind, .at = node.at, .pointer = reader.pointer()};
  if (kind == Kind::job || kind == Kind::shutdown) hook.on_failure = OnFailure::proceed;
  if (kind == Kind::check) hook.on_failure = OnFailure::none;
  reader.set_own(variables_of(node));
  const std::vector<std::string> unread_before = reader.take_unread();
  read_object(reader, node, object, hook, OtherKeys(reader, hook, actions));
  if (node.type == Node::Type::object) finish(reader, node, hook, actions);
  reader.set_own({});
  hook.unread = reader.take_unread();
  reader.set_unread(unread_before);
  return hook;
}

std::string_view name_of(Kind kind) noexcept {
  constexpr std::string_view kNames[kKinds] = {"step", "check", "job", "shutdown"};
  return kNames[static_cast<std::size_t>(kind)];
}

void read_hooks(Reader& reader, const Node& node, Kind kind, ActionSpecs actions,
                std::vector<Hook>& out) {
  read_items(reader, node, [&](const Node& item) {
    out.push_back(read_hook(reader, item, kind, hook_object(kind), actions));
  });
}

}  // namespace pintle::config
