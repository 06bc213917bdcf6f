#include "config/parse_failure.hpp"

#include <algorithm>

#include "config/parse_action.hpp"
#include "config/parse_hook.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kBackoffs[] = {"none", "constant", "linear", "exponential"};

constexpr Key<Backoff> kBackoffKeys[] = {
    {"type", word<&Backoff::type, kBackoffs>, "How the waits between attempts grow.", "linear",
     "exponential"},
    {"initial", into<&Backoff::initial, &Reader::duration>, "The first wait.", "500ms", "1s"},
    {"max", into<&Backoff::max, &Reader::duration>, "The longest wait.", "30s", "60s"},
    {"factor", fraction<&Backoff::factor, 1, 100>,
     "The factor from one wait to the next, for exponential.", "1.5", "2"},
    {"jitter", fraction<&Backoff::jitter, 0, 1>, "The random part of each wait, from 0 to 1.",
     "0.2", "0"},
};
constexpr auto kBackoff = object_of<kBackoffKeys>({.name = "backoff", .title = "\"backoff\""});

constexpr std::string_view kOnFailure[kKinds][3] = {{"abort", "continue", "fallback"},
                                                    {"none", "terminate", "run"},
                                                    {"continue", "fallback", {}},
                                                    {"continue", "fallback", {}}};

constexpr OnFailure kOnFailureValue[kKinds][3] = {
    {OnFailure::abort, OnFailure::proceed, OnFailure::fallback},
    {OnFailure::none, OnFailure::terminate, OnFailure::run},
    {OnFailure::proceed, OnFailure::fallback, {}},
    {OnFailure::proceed, OnFailure::fallback, {}}};

// The forms of `onFailure`: a keyword, the same keyword in an object, or an object with a fallback.
constexpr std::string_view kStepWords[] = {"abort", "continue"};
constexpr std::string_view kJobWords[] = {"continue"};
constexpr std::string_view kCheckWords[] = {"none", "terminate"};
constexpr std::string_view kFallbackWord[] = {"fallback"};
constexpr std::string_view kRunWord[] = {"run"};

constexpr std::string_view kActionHelp = "What pintle does when all attempts have failed.";
constexpr KeyInfo kFallbackAction{
    "action", kWordForm<kFallbackWord>, kActionHelp, "fallback", {}, kAnyKind, true};

template <const auto& Words>
constexpr KeyInfo kWordRows[] = {
    {"action", kWordForm<Words>, kActionHelp, Words[0], {}, kAnyKind, true}};
constexpr KeyInfo kFileRows[] = {
    kFallbackAction,
    {"source",
     kTextForm<kEntryPath>,
     "The file to use instead: a regular file that is not empty. The copy gets its permissions, at "
     "most 0755 if the file belongs to another user, unless the action has a `mode`.",
     "/cache/rules.json",
     {},
     kAnyKind,
     true},
    {"destination", kTextForm<kEntryPath>,
     "The path of the copy. Default: the place where the action would have put its result, if it "
     "has one.",
     "/data/rules.json"},
};
constexpr KeyInfo kStepRows[] = {
    kFallbackAction,
    {"step",
     kEitherForm<kFallbackForm>,
     "The step to run instead; it needs no id.",
     R"({"command": "/app/restore"})",
     {},
     kAnyKind,
     true},
};

constexpr std::string_view kThen[] = {"terminate"};
constexpr KeyInfo kRepairRows[] = {
    {"action",
     kWordForm<kRunWord>,
     "What pintle does when the check becomes unhealthy.",
     "run",
     {},
     kAnyKind,
     true},
    {"step",
     kEitherForm<kFallbackForm>,
     "The step to run each time the check becomes unhealthy; then the check runs again. It needs "
     "no id.",
     R"({"command": "/app/repair"})",
     {},
     kAnyKind,
     true},
    {"then", kWordForm<kThen>,
     "Stop main if the check fails again after the repair; only for a liveness check.",
     "terminate"},
};

template <const auto& Infos>
KeyInfo row_of(std::size_t row) {
  return Infos[row];
}
template <const auto& Infos>
constexpr Rows kRowsOf{std::size(Infos), row_of<Infos>};

template <const auto& Words>
constexpr ObjectInfo kWordObject{.name = {}, .title = {}, .rows = kRowsOf<kWordRows<Words>>};
constexpr ObjectInfo kFileObject{
    .name = "fallbackToFile", .title = "\"onFailure\"", .rows = kRowsOf<kFileRows>};
constexpr ObjectInfo kStepObject{
    .name = "fallbackToStep", .title = "\"onFailure\"", .rows = kRowsOf<kStepRows>};

constexpr ObjectInfo kRepairObject{
    .name = "repair", .title = "\"onFailure\"", .rows = kRowsOf<kRepairRows>};

template <const auto& Words>
constexpr Form kFailureForm = kEitherForm<kWordForm<Words>, kObjectForm<kWordObject<Words>>,
                                          kObjectForm<kFileObject>, kObjectForm<kStepObject>>;

void read_on_failure_word(Reader& reader, const Node& node, Hook& out) {
  const auto kind = static_cast<std::size_t>(out.kind());
  const std::span all(kOnFailure[kind]);
  const auto word = reader.word(node, all.first(all.back().empty() ? 2 : 3));
  if (!word) return;
  out.on_failure = kOnFailureValue[kind][*word];
  if (out.kind() == Kind::step) {
    out.as<StepPolicy>().names_abort = out.on_failure == OnFailure::abort;
  }
}

/// Reads {"source": …, "destination": …}: the built-in `fallback`, which a config can name only
/// here.
Hook read_file_fallback(Reader& reader, const Node& node, const Hook& hook) {
  Hook fallback{.at = node.at, .pointer = reader.pointer()};
  fallback.identity = hook.identity;
  const auto actions = reader.actions();
  const auto spec = std::find_if(actions.begin(), actions.end(),
                                 [](const ActionSpec* one) { return one->name == "fallback"; });
  Node params{.type = Node::Type::object, .at = node.at};
  for (const Member& member : node.members) {
    if (member.key != "action") params.members.push_back(member);
  }
  if (spec == actions.end()) {
    reader.problem(node.at, "no action can copy a file here; use \"step\"");
    return fallback;
  }
  fallback.action = read_builtin(reader, params, **spec);
  return fallback;
}

/// Gives a hook without an id the id `id`. Its own fallbacks were named before it had one, so they
/// are named again.
void name_after(Hook& hook, const std::string& id) {
  if (!hook.id.empty()) return;
  hook.id = id;
  for (Hook& inner : hook.fallback) {
    if (!inner.id.starts_with(".fallback")) continue;
    inner.id.clear();
    name_after(inner, id + ".fallback");
  }
}

void read_fallback(Reader& reader, const Node& node, Hook& out) {
  const Node* step = node.find("step");
  if (step == nullptr) {
    out.fallback.push_back(read_file_fallback(reader, node, out));
  } else {
    const Reader::Inside inside(reader, "step");
    if (node.members.size() > 2) reader.problem(node.at, "only \"action\" may be next to \"step\"");
    out.fallback.push_back(read_fallback_hook(reader, *step));
  }
  name_after(out.fallback.back(), out.id + ".fallback");
}

/// Reads {"step": {…}, "then": "terminate"}: what a check runs when it becomes unhealthy.
void read_repair(Reader& reader, const Node& node, Hook& out) {
  const KeyName known[] = {{"action", true}, {"step", true}, {"then", true}};
  for (const Member& member : node.members) {
    const Reader::Inside inside(reader, member.key);
    if (member.key == "step") {
      out.fallback.push_back(read_fallback_hook(reader, member.value));
    } else if (member.key == "then") {
      out.as<CheckPolicy>().then_terminate = reader.word(member.value, kThen).has_value();
    } else if (member.key != "action") {
      report_unknown_key(reader, member, known, "\"onFailure\"");
    }
  }
  if (out.fallback.empty()) return require_key(reader, node, "step");
  Hook& repair = out.fallback.front();
  name_after(repair, out.id + ".repair");
}

/// Only a liveness check may stop main: a readiness check reports a state that can pass.
void refuse_terminate(Reader& reader, const Node& node, const Hook& hook) {
  if (!may_stop_main(hook) || hook.as<CheckPolicy>().question == Question::liveness) return;
  reader.problem(node.at, "only a check with \"kind\": \"liveness\" may stop main");
}

}  // namespace

constexpr Form kBackoffForm = kEitherForm<kWordForm<kBackoffs>, kObjectForm<kBackoff>>;
constexpr Form kStepFailureForm = kFailureForm<kStepWords>;
constexpr Form kJobFailureForm = kFailureForm<kJobWords>;
constexpr Form kCheckFailureForm =
    kEitherForm<kWordForm<kCheckWords>, kObjectForm<kWordObject<kCheckWords>>,
                kObjectForm<kRepairObject>>;

void read_backoff(Reader& reader, const Node& node, Backoff& out) {
  if (node.type != Node::Type::object) {
    return word<&Backoff::type, kBackoffs>.read(reader, node, out);
  }
  out.type = BackoffType::exponential;
  read_object(reader, node, kBackoff, out);
}

void read_on_failure(Reader& reader, const Node& node, Hook& out) {
  if (node.type != Node::Type::object) {
    read_on_failure_word(reader, node, out);
    refuse_terminate(reader, node, out);
    if (out.on_failure == OnFailure::run) {
      reader.problem(node.at, "write {\"action\": \"run\", \"step\": {…}}");
    }
    if (out.on_failure == OnFailure::fallback) {
      reader.problem(node.at, "write {\"action\": \"fallback\", \"source\": FILE}, or \"step\"");
    }
    return;
  }
  const Node* action = node.find("action");
  if (action == nullptr) return require_key(reader, node, "action");
  read_on_failure_word(reader, *action, out);
  if (out.on_failure == OnFailure::fallback) return read_fallback(reader, node, out);
  if (out.on_failure == OnFailure::run) read_repair(reader, node, out);
  refuse_terminate(reader, node, out);
  if (out.on_failure == OnFailure::run) return;
  if (node.members.size() > 1)
    reader.problem(node.at, "further keys are allowed only with \"fallback\"");
}

}  // namespace pintle::config
