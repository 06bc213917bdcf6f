#include "config/parse_failure.hpp"

#include <algorithm>

#include "config/parse_action.hpp"
#include "config/parse_hook.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kBackoffs[] = {"none", "constant", "linear", "exponential"};

constexpr Key<Backoff> kBackoffKeys[] = {
    {"type", word<&Backoff::type, kBackoffs>, "How the waits grow.", "linear", "exponential"},
    {"initial", into<&Backoff::initial, &Reader::duration>, "The first wait.", "500ms", "1s"},
    {"max", into<&Backoff::max, &Reader::duration>, "The longest wait.", "30s", "60s"},
    {"factor", fraction<&Backoff::factor, 1, 100>,
     "What each wait is multiplied by, if exponential.", "1.5", "2"},
    {"jitter", fraction<&Backoff::jitter, 0, 1>, "The part of each wait that chance decides.",
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

// The forms of `onFailure`: a word, the same word in an object, or what a fallback needs.
constexpr std::string_view kStepWords[] = {"abort", "continue"};
constexpr std::string_view kJobWords[] = {"continue"};
constexpr std::string_view kCheckWords[] = {"none", "terminate"};
constexpr std::string_view kFallbackWord[] = {"fallback"};
constexpr std::string_view kRunWord[] = {"run"};

constexpr std::string_view kActionHelp = "What is done when all attempts have failed.";
constexpr KeyInfo kFallbackAction{
    "action", kWordForm<kFallbackWord>, kActionHelp, "fallback", {}, kAnyKind, true};

template <const auto& Words>
constexpr KeyInfo kWordRows[] = {
    {"action", kWordForm<Words>, kActionHelp, Words[0], {}, kAnyKind, true}};
constexpr KeyInfo kFileRows[] = {
    kFallbackAction,
    {"source",
     kTextForm<kEntryPath>,
     "The file that is taken instead: a regular file that is not empty. Its copy has its "
     "permissions, of somebody else's file 0755 at most, unless the action names a `mode`.",
     "/cache/rules.json",
     {},
     kAnyKind,
     true},
    {"destination", kTextForm<kEntryPath>,
     "Where its copy goes; where the action's result would have gone, if it has such a place.",
     "/data/rules.json"},
};
constexpr KeyInfo kStepRows[] = {
    kFallbackAction,
    {"step",
     kEitherForm<kFallbackForm>,
     "A step that is run instead; its id may be missing.",
     R"({"command": "/app/restore"})",
     {},
     kAnyKind,
     true},
};

constexpr std::string_view kThen[] = {"terminate"};
constexpr KeyInfo kRepairRows[] = {
    {"action",
     kWordForm<kRunWord>,
     "What is done when the check turns unhealthy.",
     "run",
     {},
     kAnyKind,
     true},
    {"step",
     kEitherForm<kFallbackForm>,
     "A step that is run, once for each turn to unhealthy, and the check after it; its id may be "
     "missing.",
     R"({"command": "/app/repair"})",
     {},
     kAnyKind,
     true},
    {"then", kWordForm<kThen>, "End main if the check fails again after it; of a liveness check.",
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

/// {"source": …, "destination": …}: an action of its own, which only stands in another's stead.
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
    reader.problem(node.at, "there is no action that copies a file; name a \"step\"");
    return fallback;
  }
  fallback.action = read_builtin(reader, params, **spec);
  return fallback;
}

/// Gives a hook without id one; what stands in for it was named when it had none yet.
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
    if (node.members.size() > 2) reader.problem(node.at, "\"step\" stands alone beside \"action\"");
    out.fallback.push_back(read_fallback_hook(reader, *step));
  }
  name_after(out.fallback.back(), out.id + ".fallback");
}

/// {"step": {…}, "then": "terminate"}: what a check runs when it turns unhealthy.
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

/// Only a liveness check may end main: one on readiness says "not now", not "not any more".
void refuse_terminate(Reader& reader, const Node& node, const Hook& hook) {
  if (!may_end_main(hook) || hook.as<CheckPolicy>().question == Question::liveness) return;
  reader.problem(node.at, "only a check of the kind \"liveness\" may terminate main");
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
  if (node.members.size() > 1) reader.problem(node.at, "only a fallback has further keys");
}

}  // namespace pintle::config
