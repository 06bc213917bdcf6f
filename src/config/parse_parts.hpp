// config/parse_parts.hpp - the pieces that parse.cpp puts together: variables, actions, hooks.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

inline constexpr std::string_view kImageModes[] = {"layered", "prebuilt"};
inline constexpr std::string_view kLevels[] = {"debug", "info", "warn", "error"};

/// An `environment` object.
void read_variables(Reader& reader, const Node& node, Variables& out);
extern const Form kVariablesForm;

/// False, and a problem, if no variable can have that name.
bool check_variable_name(Reader& reader, std::string_view name, Position at);
extern const Form kVariableNameForm;

/// Decides, when all keys of `node` are read, whether its command is a line for the shell.
void finish_command(Reader& reader, const Node& node, Command& out);

/// True when `command` has white space or shell syntax in it; without the key `arguments` it is
/// then a line for the shell (design section 2, "Commands").
bool looks_like_shell(std::string_view command) noexcept;

/// An array of words.
std::optional<std::vector<std::string>> read_arguments(Reader& reader, const Node& node);
extern const Form kArgumentsForm;

/// `arguments` belong to `command`.
inline constexpr std::string_view kArgumentsNeedCommand[] = {"arguments", "command"};
extern const Rule kCommandRules[1];

/// What the built-ins are; injected, because they stand with what they do.
using ActionSpecs = std::span<const ActionSpec* const>;

/// One array of hooks, all of one kind, appended to `out`.
void read_hooks(Reader& reader, const Node& node, Kind kind, ActionSpecs actions,
                std::vector<Hook>& out);

/// The keys of a hook: one that is listed, or one that stands in another's stead.
const Object<Hook>& hook_object(Kind kind) noexcept;
const Object<Hook>& fallback_object() noexcept;
extern const Form kStepForm;
extern const Form kCheckForm;
extern const Form kJobForm;
extern const Form kShutdownStepForm;
extern const Form kFallbackForm;
extern const Form kIdForm;

/// One hook of `kind` with the keys of `object`.
Hook read_hook(Reader& reader, const Node& node, Kind kind, const Object<Hook>& object,
               ActionSpecs actions);

/// `onFailure`, after everything else of the hook: a fallback takes its identity from it.
void read_on_failure(Reader& reader, const Node& node, Hook& out, ActionSpecs actions);
extern const Form kStepFailureForm;
extern const Form kJobFailureForm;
extern const Form kCheckFailureForm;

/// What stands in for a hook goes behind all others, where everything has an index.
void move_fallbacks(Model& model);

/// The use of a built-in.
Builtin read_builtin(Reader& reader, const Node& node, const ActionSpec& action);

/// `condition`: the id of a step, or an object.
std::optional<Condition> read_condition(Reader& reader, const Node& node);
extern const Form kConditionForm;

/// `when` of a job: "healthy", "ready", or an object whose keys must all hold.
std::optional<Condition> read_when(Reader& reader, const Node& node);
extern const Form kWhenForm;

/// `output` and `logging` of a hook.
void read_output(Reader& reader, const Node& node, Hook& out);
extern const Form kOutputForm;
void read_hook_logging(Reader& reader, const Node& node, Hook& out);
extern const Form kHookLoggingForm;

/// `backoff`: a word or an object.
void read_backoff(Reader& reader, const Node& node, Backoff& out);
extern const Form kBackoffForm;

/// `schedule`: a cron, or an object.
void read_schedule(Reader& reader, const Node& node, Schedule& out);
extern const Form kScheduleForm;

/// `timezone` of a job.
void read_time_zone(Reader& reader, const Node& node, Schedule& out);
extern const Form kTimeZoneForm;

/// Notes a problem for each of a job's keys that makes no sense with its schedule.
void check_schedule(Reader& reader, const Node& node, const Hook& hook);

/// A key that main and every hook have; false: it is none of those, whose names are then in
/// `known`.
bool read_identity_key(Reader& reader, const Member& member, Identity& out,
                       std::vector<KeyName>& known);
extern const Rows kIdentityRows;

/// `groups`: names or numbers, or the word "inherit".
Groups groups_in(Reader& reader, const Node& node);
template <class T>
void read_groups(Reader& reader, const Node& node, T& out) {
  out.groups = groups_in(reader, node);
}
extern const Form kGroupsForm;

/// `main`.
void read_main(Reader& reader, const Node& node, Model& out);
extern const Form kMainForm;

}  // namespace pintle::config
