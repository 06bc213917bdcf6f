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

/// Notes a problem unless the hook has exactly one action.
void check_action(Reader& reader, const Node& node, Kind kind) {
  std::vector<std::string_view> offered{"command"};
  for (const ActionSpec* action : reader.actions()) {
    if ((action->kinds & only(kind)) != 0) offered.push_back(action->name);
  }
  std::vector<std::string_view> found;
  std::copy_if(offered.begin(), offered.end(), std::back_inserter(found),
               [&](std::string_view name) { return node.find(name) != nullptr; });
  if (found.empty()) {
    reader.problem(
        node.at, fmt::format("the action is missing; write one of: {}", fmt::join(offered, ", ")));
  } else if (found.size() > 1) {
    reader.problem(node.at,
                   fmt::format("it has {} actions ({}), and only one is allowed; write {} hooks",
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

/// Takes from a step that runs during others everything of its group that would stop or repeat it.
void finish_during(Reader& reader, const Node& node, Hook& hook) {
  const auto* step = hook.if_is<StepPolicy>();
  if (step == nullptr || !step->during) return;
  if (const Node* output = node.find("output");
      output != nullptr && hook.output > Output::discard) {
    reader.problem(output->at,
                   "the output of a step with \"during\" is not complete when the "
                   "other steps end");
  }
  if (step->is_final) {
    reader.problem(node.find("during")->at, "a step of \"finally\" cannot have \"during\"");
  }
  hook.timeout.reset();
  hook.retries = 0;
  hook.success_codes = {0};
  hook.on_failure = OnFailure::abort;
}

void finish(Reader& reader, const Node& node, Hook& hook) {
  check_action(reader, node, hook.kind());
  if (auto* command = std::get_if<Command>(&hook.action)) {
    finish_command(reader, node, *command);
  }
  const auto* builtin = std::get_if<Builtin>(&hook.action);
  const bool keeps = hook.output == Output::file || hook.output == Output::variable;
  const Node* output = node.find("output");
  if (builtin != nullptr && keeps && output != nullptr) {
    reader.problem(output->at, fmt::format("a built-in has no output for a {}; use \"command\"",
                                           hook.output == Output::file ? "file" : "variable"));
  }
  if (keeps && output != nullptr && !hook.for_each.empty()) {
    reader.problem(output->at,
                   "with \"forEach\" there are several outputs, which cannot go into "
                   "one file or variable");
  }
  finish_during(reader, node, hook);
  const bool has_input = hook.identity.input == Input::file || hook.identity.input == Input::text;
  if (builtin != nullptr && has_input) {
    reader.problem((node.find("stdin") == nullptr ? node.at : node.find("stdin")->at),
                   "a built-in does not read its standard input; use \"command\"");
  }
  const Node* codes = node.find("successExitCodes");
  if (builtin != nullptr && codes != nullptr) {
    reader.problem(codes->at,
                   "\"successExitCodes\" is only for \"command\": a built-in has no exit codes to "
                   "choose from");
  }
  if (hook.kind() == Kind::job) check_schedule(reader, node, hook);
  if (builtin != nullptr && !hook.timeout) hook.timeout = builtin->spec->timeout;
}

/// A hook of that kind with the defaults.
Hook blank_hook(Kind kind) {
  Hook hook{.policy = policy_of(kind)};
  if (kind == Kind::job || kind == Kind::shutdown) hook.on_failure = OnFailure::proceed;
  if (kind == Kind::check) hook.on_failure = OnFailure::none;
  return hook;
}

/// Reads the hook in `node`: `hook` has the values of the keys that are not written.
template <class Finish>
Hook read_over(Reader& reader, const Node& node, Hook hook, const Object<Hook>& object,
               Finish finish_it) {
  hook.at = node.at;
  hook.pointer = reader.pointer();
  reader.set_own(hook.identity.environment);
  const std::vector<std::string> unread_before = reader.take_unread();
  read_object(reader, node, object, hook, ActionKeys(reader, hook));
  if (node.type == Node::Type::object) finish_it(hook);
  reader.set_own({});
  for (std::string& text : reader.take_unread()) hook.unread.push_back(std::move(text));
  reader.set_unread(unread_before);
  return hook;
}

Hook read_hook(Reader& reader, const Node& node, Hook standard, const Object<Hook>& object) {
  return read_over(reader, node, std::move(standard), object,
                   [&](Hook& hook) { finish(reader, node, hook); });
}

/// Reads a list of steps and of groups of steps.
class ListedSteps {
 public:
  ListedSteps(Reader& reader, std::vector<Hook>& out) noexcept : reader_(reader), out_(out) {}

  void read(const Node& list, const Hook& standard) {
    read_items(reader_, list, [&](const Node& item) {
      const bool is_final = standard.as<StepPolicy>().is_final;
      const Node* steps = item.type == Node::Type::object ? item.find("steps") : nullptr;
      if (steps != nullptr && is_final) {
        reader_.problem(steps->at, "a group cannot be in \"finally\"; list its steps there");
      } else if (steps != nullptr) {
        read_group(item, standard);
      } else {
        out_.push_back(read_hook(reader_, item, standard, hook_object(Kind::step)));
      }
    });
  }

 private:
  void read_group(const Node& node, const Hook& standard) {
    Hook group = read_over(reader_, node, standard, group_object(), [](Hook&) {});
    group.action = Group{};
    Hook member = group;
    member.id.clear();
    member.action = {};
    member.condition.reset();
    const bool is_nested_deeply = ++depth_ > kDeepestGroup;
    if (is_nested_deeply) {
      reader_.problem(node.at, fmt::format("groups may be nested {} deep at most", kDeepestGroup));
    }
    member.policy = StepPolicy{.group = out_.size(), .is_final = false};
    group.unread.clear();
    out_.push_back(std::move(group));
    const Identity standard_identity = member.identity;
    const Identity* const outer = reader_.standard();
    reader_.set_standard(&standard_identity);
    for (const char* key : {"steps", "finally"}) {
      const Node* list = node.find(key);
      if (list == nullptr || is_nested_deeply) continue;
      const Reader::Inside inside(reader_, key);
      member.as<StepPolicy>().is_final = key == std::string_view("finally");
      read(*list, member);
    }
    if (const Node* steps = node.find("steps")) {
      const Reader::Inside inside(reader_, "steps");
      require_items(reader_, *steps, "a group needs at least one step");
    }
    reader_.set_standard(outer);
    --depth_;
  }

  static constexpr int kDeepestGroup = 8;
  Reader& reader_;
  std::vector<Hook>& out_;
  int depth_ = 0;
};

}  // namespace

void read_hooks(Reader& reader, const Node& node, Kind kind, Moment moment,
                std::vector<Hook>& out) {
  if (kind == Kind::step) {
    std::vector<Hook> steps;  // places of groups are counted from the first step
    ListedSteps(reader, steps).read(node, blank_hook(kind));
    for (Hook& step : steps) out.push_back(std::move(step));
    return;
  }
  read_items(reader, node, [&](const Node& item) {
    out.push_back(read_hook(reader, item, blank_hook(kind), hook_object(kind)));
    if (kind == Kind::shutdown) out.back().as<ShutdownPolicy>().moment = moment;
  });
}

Hook read_step(Reader& reader, const Node& node) {
  return read_hook(reader, node, blank_hook(Kind::step), hook_object(Kind::step));
}

Hook read_fallback_hook(Reader& reader, const Node& node) {
  Hook hook = blank_hook(Kind::step);
  if (reader.standard() != nullptr) hook.identity = *reader.standard();
  return read_hook(reader, node, std::move(hook), fallback_object());
}

}  // namespace pintle::config
