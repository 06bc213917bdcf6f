// config/model.hpp - what a config says, as plain data: one main process and a list of hooks. Texts
// are as they were written; environment.hpp expands them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "config/action.hpp"
#include "config/diagnostics.hpp"
#include "config/kind.hpp"
#include "schedule/cron.hpp"

namespace pintle::config {

using namespace std::chrono_literals;

// --- environment (design section 2, "The rules, exactly") ------------------------------------

/// A limit of the container as a number, as resourceFieldRef of Kubernetes.
struct Resource {
  enum class Type : std::uint8_t { memory, cpu };
  Type type = Type::memory;
  int percent = 100;
  std::int64_t divisor = 0;  ///< bytes, or thousandths of a CPU; 0: a byte, or one CPU
};

struct Variable {
  std::string name;
  std::string description{};
  std::optional<std::string> value{};     ///< fixed: the container's variable has no say
  std::optional<std::string> fallback{};  ///< `defaultValue`
  std::string file{};                     ///< whose content is the value
  std::string file_variable{};            ///< the name of a variable that names such a file
  std::string pattern{};                  ///< regex(7), extended; the whole value must match
  std::optional<bool> secret{};           ///< unset: its name decides
  std::optional<Resource> resource{};     ///< of the container, if there is no other value
  bool allow_empty = false;               ///< otherwise empty counts as unset
  bool is_optional = false;               ///< it may have no value
  std::optional<bool> exported{};         ///< `export`; unset: unless it is from a file
  Position at{};
  std::string pointer{};
};

using Variables = std::vector<Variable>;

/// nullptr if none has that name.
const Variable* find(const Variables& variables, std::string_view name) noexcept;

// --- identity: as whom, with which environment -----------------------------------------------

inline constexpr std::uint64_t kUnlimited = UINT64_MAX;

/// A resource limit, setrlimit(2).
struct Limit {
  std::string_view name;  ///< "nofile"
  int resource = 0;       ///< RLIMIT_…
  std::uint64_t soft = kUnlimited;
  std::uint64_t hard = kUnlimited;
};
using Limits = std::vector<Limit>;

/// What standard input is: /dev/null, the container's, a file, or a text.
enum class Input : std::uint8_t { null, inherit, file, text };

/// The supplementary groups: those that are named, or the user's and beyond that those that the
/// container was started with.
struct Groups {
  bool are_inherited = false;
  std::vector<std::string> names{};  ///< or numbers
};

struct Identity {
  std::string user{};              ///< empty: the top level's
  std::optional<Groups> groups{};  ///< unset: those that `user` brings, or the top level's
  std::string working_directory{};
  Variables environment{};
  bool use_system_environment = false;
  std::optional<mode_t> umask{};
  Limits limits{};
  std::optional<int> nice{};
  Input input = Input::null;
  std::string input_text{};  ///< the path of the file, or the text
};

// --- conditions ------------------------------------------------------------------------------

enum class ImageMode : std::uint8_t { layered, prebuilt };

/// "layered" or "prebuilt".
std::string_view name_of(ImageMode mode) noexcept;

struct Condition;
using Conditions = std::vector<Condition>;

/// When a hook runs at all. Of `step`, the hook's precedents include that step.
struct Condition {
  enum class Type : std::uint8_t {
    step,
    file,
    directory,
    content,  ///< a file has a line that matches
    variable,
    image_mode,
    started_as,
    command,
    healthy,  ///< these two of jobs only
    ready,
    negation,
    all,
    any
  };
  Type type = Type::all;
  std::string text{};     ///< id, path, or name
  std::string pattern{};  ///< of content, and of a variable; regex(7), extended
  ImageMode image_mode = ImageMode::layered;
  Conditions parts{};
  Position at{};
  std::string pointer{};
};

// --- actions: what (exactly one a hook) ------------------------------------------------------

struct Argument;
using Arguments = std::vector<Argument>;

/// An entry of `arguments`.
struct Argument {
  enum class Type : std::uint8_t {
    text,
    words,  ///< the text is split into words once it is expanded
    choice  ///< the entries of `then` if the condition holds, otherwise those of `otherwise`
  };
  std::string text{};
  Type type = Type::text;
  Condition condition{};  ///< of a choice; needs no step and no file
  Arguments then{};
  Arguments otherwise{};
};

struct Command {
  std::string program{};
  Arguments arguments{};
  bool shell_form = false;  ///< `program` is a line for /bin/sh -c
};

/// What a group of steps does itself: nothing. Its steps do it.
struct Group {};

using Action = std::variant<std::monostate, Command, Builtin, Group>;

// --- hooks -----------------------------------------------------------------------------------

struct Schedule {
  Duration every{};                      ///< unless it is cron
  std::optional<schedule::Cron> cron{};  ///< unset also while a variable in `text` has no value
  std::string text{};                    ///< of cron, as it is written
  std::string timezone{};                ///< of cron; empty: UTC. Its cron has it once it is read
  Position timezone_at{};

  /// The job runs at the start, or when it is asked for, only.
  bool is_empty() const noexcept { return text.empty() && every == Duration(0); }
};

enum class BackoffType : std::uint8_t { none, constant, linear, exponential };

struct Backoff {
  BackoffType type = BackoffType::constant;
  Duration initial = 1s;
  Duration max = 60s;
  double factor = 2;  ///< of exponential
  double jitter = 0;  ///< the part of each wait that chance decides, 0 to 1
};

/// What the words of the command line do: they replace main, follow its arguments, or follow them
/// if they are options.
enum class CommandLine : std::uint8_t { replace, append, options };

/// Of a check: `none`, `terminate` main, `run` a repair hook (Hook::fallback) on turning unhealthy.
enum class OnFailure : std::uint8_t { abort, proceed, fallback, none, terminate, run };

/// The id of another hook, and where it is named.
struct Reference {
  std::string id;
  Position at;
  std::string pointer;
};

/// Where what a hook writes goes: to the container's, line by line into the log, nowhere, to
/// `Hook::output_file`, or into the variable `Hook::output_variable`.
enum class Output : std::uint8_t { inherit, log, discard, file, variable };

/// A variable whose value is what a hook has written to its standard output.
struct OutputVariable {
  std::string name{};
  bool is_exported = false;
  std::optional<bool> secret{};  ///< unset: its name decides
  Position at{};
  std::string pointer{};
};

struct HookLogging {
  std::optional<log::Level> level{};  ///< the lowest level of this hook's events that is written
  Pairs fields{};
};

/// Steps that must be done before; unset: all that are listed before.
using Precedents = std::optional<std::vector<Reference>>;

// What only one kind of hook has.

struct StepPolicy {
  Precedents precedents{};
  std::optional<std::vector<ImageMode>> image_modes{};
  bool names_abort = false;  ///< it is written, and counts more than a condition
  /// It runs only while these steps do; unset: it runs by itself.
  std::optional<std::vector<Reference>> during{};
  std::optional<std::size_t> group{};  ///< the place in Model::hooks of the group that it is in
  bool is_final = false;               ///< it is in the `finally` of its group
};

enum class Question : std::uint8_t { readiness, liveness, startup };

struct CheckPolicy {
  Question question = Question::readiness;
  Duration interval = 10s;
  std::int64_t failure_threshold = 3;
  std::int64_t success_threshold = 1;
  std::optional<Duration> start_period{};    ///< unset: one interval
  std::optional<Duration> start_interval{};  ///< unset: 1 s, or the interval if that is shorter
  bool then_terminate = false;               ///< of OnFailure::run: if it fails again after it
};

/// What becomes of a job that is due while its last run has not ended.
enum class Concurrency : std::uint8_t { forbid, allow, replace };

struct JobPolicy {
  Schedule schedule{};
  Duration jitter{};
  bool run_on_start = false;
  Concurrency concurrency = Concurrency::forbid;
  std::optional<Duration> starting_deadline{};
  bool after_main = false;  ///< a run is not ended before main when the container stops
};

/// When a shutdown step runs: before main gets its stop signal, or after main's end.
enum class Moment : std::uint8_t { before, after };

struct ShutdownPolicy {
  Moment moment = Moment::before;
  Precedents precedents{};
};

/// In the order of Kind.
using Policy = std::variant<StepPolicy, CheckPolicy, JobPolicy, ShutdownPolicy>;

struct Model;

struct Hook {
  Policy policy{};
  std::string id{};
  Position at{};
  std::string pointer{};  ///< "/steps/0"
  Action action{};
  std::optional<Duration> timeout{};
  Identity identity{};
  std::int64_t retries = 0;
  Backoff backoff{};
  std::vector<int> success_codes{0};
  OnFailure on_failure = OnFailure::abort;
  std::vector<Hook> fallback{};             ///< at most one: its fallback, or of a check the repair
  std::optional<Condition> condition{};     ///< of a job: its `when`
  std::vector<std::string> capabilities{};  ///< that it keeps
  HookLogging logging{};
  Output output = Output::inherit;
  std::string output_file{};         ///< replaced when the hook succeeds
  bool output_is_env_file = false;   ///< the lines are NAME=VALUE, written as Kubernetes reads them
  OutputVariable output_variable{};  ///< set when the hook succeeds
  std::string for_each{};            ///< a pattern of files: it runs once for each; "": once
  std::vector<std::string> unread{};  ///< texts for numbers that are not known before the start

  Kind kind() const noexcept { return static_cast<Kind>(policy.index()); }
  /// Of its kind only: std::get().
  template <class T>
  T& as() {
    return std::get<T>(policy);
  }
  template <class T>
  const T& as() const {
    return std::get<T>(policy);
  }
  /// nullptr if it is of another kind.
  template <class T>
  const T* if_is() const noexcept {
    return std::get_if<T>(&policy);
  }
};

/// The names of the variables that are different for each run of a hook with `for_each`.
inline constexpr std::string_view kFileVariables[] = {"FILE", "FILE_NAME", "FILE_STEM"};

inline bool is_file_variable(std::string_view name) noexcept {
  for (const std::string_view one : kFileVariables) {
    if (one == name) return true;
  }
  return false;
}

inline bool is_group(const Hook& hook) noexcept {
  return std::holds_alternative<Group>(hook.action);
}

/// The group that `hook` is in; nullptr if it is in none.
const Hook* group_of(const Model& model, const Hook& hook) noexcept;

/// It is a check that may terminate main, at once or after its repair.
bool may_end_main(const Hook& hook) noexcept;

/// The policy of a kind as it is where nothing is written.
Policy policy_of(Kind kind);

// --- the document ----------------------------------------------------------------------------

/// Whose sd_notify(3) is heard.
enum class Notify : std::uint8_t { none, main, all };

struct Main {
  std::optional<Command> command{};
  Identity identity{.use_system_environment = true, .input = Input::inherit};
  CommandLine command_line = CommandLine::replace;
  Notify notify = Notify::none;
  bool pauses = false;               ///< there is no main: PID 1 stays until it is stopped
  std::map<int, int> signals{};      ///< what is sent instead: {SIGTERM, SIGINT}
  std::vector<int> success_codes{};  ///< that become exit code 0, with which it is one anyway
};

struct Shutdown {
  Duration grace_period = 8s;  ///< with the next one under Docker's 10 s
  Duration total_grace_period = 9s;
  std::vector<int> signals{15, 2};  ///< SIGTERM, SIGINT
};

struct Confinement {
  /// That main keeps; unset: none after a step-down, and the ambient ones without.
  std::optional<std::vector<std::string>> capabilities{};
  bool no_new_privileges = true;
};

struct Listen {
  std::string health{};  ///< "HOST:PORT" for the health paths by HTTP; empty: not at all
};

struct Logging {
  log::Level level = log::Level::info;
  log::Format format = log::Format::text;
};

struct Model {
  std::string user{};
  std::optional<Groups> groups{};  ///< of who names neither user nor groups
  std::string working_directory{};
  std::optional<mode_t> umask{};  ///< of who names none
  std::optional<ImageMode> image_mode{};
  Variables environment{};
  std::vector<Hook> hooks{};  ///< of all kinds, steps first, each in the order of the text
  Main main{};
  Shutdown shutdown{};
  Confinement confinement{};
  std::optional<std::int64_t> parallelism{};  ///< unset: the CPUs available, at most 4
  Listen listen{};
  bool init_as_main = false;      ///< `"init": {"user": "main"}`
  bool init_is_dumpable = false;  ///< its user may look into /proc/1
  Logging logging{};
  std::vector<std::string> unread{};  ///< as in Hook, of everything that belongs to no hook
  /// Where each variable that a text needs, or that is declared, stands first.
  std::map<std::string, Position, std::less<>> mentions{};
  /// The names in texts and conditions, and those of `fileVariable`.
  std::set<std::string, std::less<>> used{};
};

/// A hook, and what it is there for.
struct Role {
  const Hook* hook;
  const Hook* failed;  ///< whose fallback or repair it is; nullptr: nobody's, it is listed
  const Hook* root;    ///< for which it stands in the end: itself, or one that is listed
};

/// Every hook: those of Model::hooks, in their order, and then what stands in for them.
std::vector<Role> roles_in(const Model& model);

}  // namespace pintle::config
