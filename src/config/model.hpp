// config/model.hpp - the content of a config as plain data: one main process and a list of hooks.
// Strings are as they were written; scope.hpp and expansion.hpp expand them.
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
#include "config/for_each.hpp"
#include "config/kind.hpp"
#include "config/verify.hpp"
#include "schedule/cron.hpp"

namespace pintle::config {

using namespace std::chrono_literals;

// --- environment -----------------------------------------------------------------------------

/// A limit of the container as the value of a variable, like resourceFieldRef of Kubernetes.
struct Resource {
  enum class Type : std::uint8_t { memory, cpu };
  Type type = Type::memory;
  int percent = 100;
  std::int64_t divisor = 0;  ///< bytes, or thousandths of a CPU; 0: a byte, or one CPU
};

struct Variable {
  std::string name;
  std::string description{};
  std::optional<std::string> value{};     ///< fixed: the container's variable is ignored
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

/// The standard input: /dev/null, that of the container, a file, or a text.
enum class Input : std::uint8_t { null, inherit, file, text };

/// The supplementary groups: the named ones, or the groups of the user and those that the container
/// was started with in addition.
struct Groups {
  bool are_inherited = false;
  std::vector<std::string> names{};  ///< or numbers
};

/// The user, directory, environment and limits with which main or a hook runs.
struct Identity {
  std::string user{};              ///< empty: the top level's
  std::optional<Groups> groups{};  ///< unset: those of `user`, or of the top level
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

/// When a hook runs. A step that it names is one of its precedents.
struct Condition {
  enum class Type : std::uint8_t {
    step,
    file,
    directory,
    empty_directory,
    content,  ///< a file has a line that matches
    variable,
    image_mode,
    started_as,
    command,
    argument,  ///< a word behind the program on the command line matches
    healthy,   ///< this one and the next only for jobs
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
  std::optional<Verify> verify{};
  bool shell_form = false;  ///< `program` is a line for /bin/sh -c
};

/// A group of steps has no action itself: its steps have.
struct Group {};

using Action = std::variant<std::monostate, Command, Builtin, Group>;

// --- hooks -----------------------------------------------------------------------------------

struct Schedule {
  Duration every{};                      ///< 0: there is no interval
  std::optional<schedule::Cron> cron{};  ///< also unset if a variable in `text` has no value
  std::string text{};                    ///< the cron schedule as it is written
  std::string timezone{};                ///< of the cron schedule; empty: UTC
  Position timezone_at{};

  /// True if the job runs only at the start, or when it is requested.
  bool is_empty() const noexcept { return text.empty() && every == Duration(0); }
};

enum class BackoffType : std::uint8_t { none, constant, linear, exponential };

struct Backoff {
  BackoffType type = BackoffType::constant;
  Duration initial = 1s;
  Duration max = 60s;
  double factor = 2;  ///< for exponential
  double jitter = 0;  ///< the random part of each wait, 0 to 1
};

/// What the words of the command line do: replace main, follow its arguments, or follow them only
/// if they are options.
enum class CommandLine : std::uint8_t { replace, append, options };

/// For a check: `none`, `terminate` main, or `run` a repair (Hook::fallback) when it becomes
/// unhealthy.
enum class OnFailure : std::uint8_t { abort, proceed, fallback, none, terminate, run };

/// The id of another hook, and the place in the config that names it.
struct Reference {
  std::string id;
  Position at;
  std::string pointer;
};

/// Where the output of a hook goes: to that of the container, line by line into the log, nowhere,
/// to `Hook::output_file`, or into the variable `Hook::output_variable`.
enum class Output : std::uint8_t { inherit, log, discard, file, variable };

/// A variable whose value is the standard output of a hook.
struct OutputVariable {
  std::string name{};
  bool is_exported = false;
  std::optional<bool> secret{};  ///< unset: its name decides
  Position at{};
  std::string pointer{};
};

struct HookLogging {
  std::optional<log::Level> level{};  ///< the lowest level of this hook's events that is logged
  Pairs fields{};
};

/// Steps that must be done before; unset: all steps that are listed before.
using Precedents = std::optional<std::vector<Reference>>;

// The keys that only one kind of hook has.

struct StepPolicy {
  Precedents precedents{};
  std::optional<std::vector<ImageMode>> image_modes{};
  bool names_abort = false;  ///< `abort` is written: it counts more than a condition
  /// It runs only during these steps; unset: it has its own time.
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
  bool then_terminate = false;  ///< for OnFailure::run: stop main if the repair did not help
};

/// What happens if a job is due while its previous run has not ended.
enum class Concurrency : std::uint8_t { forbid, allow, replace };

struct JobPolicy {
  Schedule schedule{};
  Duration jitter{};
  bool run_on_start = false;
  Concurrency concurrency = Concurrency::forbid;
  std::optional<Duration> starting_deadline{};
  bool after_main = false;  ///< during the shutdown a run may continue until main has ended
};

/// When a shutdown step runs: before main gets its stop signal, or after main has ended.
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
  std::vector<Hook> fallback{};             ///< at most one: its fallback, or the repair of a check
  std::optional<Condition> condition{};     ///< for a job: its `when`
  std::vector<std::string> capabilities{};  ///< the capabilities that it keeps
  HookLogging logging{};
  Output output = Output::inherit;
  std::string output_file{};         ///< replaced when the hook succeeds
  bool output_is_env_file = false;   ///< the lines are NAME=VALUE, written as Kubernetes reads them
  OutputVariable output_variable{};  ///< set when the hook succeeds
  ForEach for_each{};                ///< if it is not empty, it runs once for each of these files
  std::vector<std::string> unread{};  ///< strings for numbers whose variables have no value yet

  Kind kind() const noexcept { return static_cast<Kind>(policy.index()); }
  /// The policy of its kind; T must be that of kind(), see std::get().
  template <class T>
  T& as() {
    return std::get<T>(policy);
  }
  template <class T>
  const T& as() const {
    return std::get<T>(policy);
  }
  /// nullptr if the hook is of another kind.
  template <class T>
  const T* if_is() const noexcept {
    return std::get_if<T>(&policy);
  }
};

inline bool is_group(const Hook& hook) noexcept {
  return std::holds_alternative<Group>(hook.action);
}

/// The group that `hook` is in; nullptr if it is in none.
const Hook* group_of(const Model& model, const Hook& hook) noexcept;

/// True for a check that may stop main, at once or after its repair.
bool may_stop_main(const Hook& hook) noexcept;

/// The policy of a kind with the defaults.
Policy policy_of(Kind kind);

// --- the document ----------------------------------------------------------------------------

/// Whose messages of sd_notify(3) are accepted.
enum class Notify : std::uint8_t { none, main, all };

struct Main {
  std::optional<Command> command{};
  Identity identity{.use_system_environment = true, .input = Input::inherit};
  CommandLine command_line = CommandLine::replace;
  std::string subcommands{};  ///< with CommandLine::options: a pattern of first words that follow
  Notify notify = Notify::none;
  bool pauses = false;               ///< there is no main process: PID 1 runs until it is stopped
  std::map<int, int> signals{};      ///< the signal to send instead: {SIGTERM, SIGINT}
  std::vector<int> success_codes{};  ///< exit codes of main that become 0
};

struct Shutdown {
  Duration grace_period = 8s;  ///< gracePeriod and totalGracePeriod are below the 10 s of Docker
  Duration total_grace_period = 9s;
  std::vector<int> signals{15, 2};  ///< SIGTERM, SIGINT
};

struct Confinement {
  /// The capabilities that main keeps; unset: none after a step-down, otherwise the ambient ones.
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
  std::optional<Groups> groups{};  ///< for main and hooks that name neither user nor groups
  std::string working_directory{};
  std::optional<mode_t> umask{};  ///< for main and hooks that name none
  std::optional<ImageMode> image_mode{};
  Variables environment{};
  std::vector<Hook> hooks{};  ///< of all kinds, steps first, each in the order of the text
  Main main{};
  Shutdown shutdown{};
  Confinement confinement{};
  std::string manifest{};  ///< of `trust`: an absolute path, never expanded; empty: there is none
  bool requires_pinned = false;               ///< every program must have `verify`
  std::optional<std::int64_t> parallelism{};  ///< unset: the CPUs available, at most 4
  Listen listen{};
  bool init_as_main = false;      ///< `"init": {"user": "main"}`
  bool init_is_dumpable = false;  ///< the user of PID 1 may read /proc/1
  Logging logging{};
  std::vector<std::string> unread{};  ///< as in Hook, for everything outside of hooks
  /// The first place of each variable that is declared, or that a string needs.
  std::map<std::string, Position, std::less<>> mentions{};
  /// The names in texts and conditions, and those of `fileVariable`.
  std::set<std::string, std::less<>> used{};
};

/// A hook, and the hook that it serves.
struct Role {
  const Hook* hook;
  const Hook* failed;  ///< the hook whose fallback or repair it is; nullptr: it is a listed hook
  const Hook* root;    ///< the listed hook that it serves in the end; itself, if it is listed
};

/// Every hook: those of Model::hooks in their order, then their fallbacks and repairs.
std::vector<Role> roles_in(const Model& model);

}  // namespace pintle::config
