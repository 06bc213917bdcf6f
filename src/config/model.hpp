// config/model.hpp - what a config says, as plain data: one main process and a list of hooks. Texts
// are as they were written; environment.hpp expands them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "config/diagnostics.hpp"

namespace pintle::config {

using namespace std::chrono_literals;

// --- environment (design section 2, "The rules, exactly") ------------------------------------

struct Variable {
  std::string name;
  std::string description{};
  std::optional<std::string> value{};     ///< fixed: the container's variable has no say
  std::optional<std::string> fallback{};  ///< `defaultValue`
  bool allow_empty = false;               ///< otherwise empty counts as unset
  Position at{};
};

using Variables = std::vector<Variable>;

// --- identity: as whom, with which environment -----------------------------------------------

struct Identity {
  std::string user{};  ///< empty: the top level's
  std::string working_directory{};
  Variables environment{};
  bool use_system_environment = false;
  std::optional<mode_t> umask{};
};

// --- actions: what (exactly one a hook) ------------------------------------------------------

struct Command {
  std::string program{};
  std::vector<std::string> arguments{};
  bool shell_form = false;  ///< `program` is a line for /bin/sh -c
};

struct Directory {
  std::string path{};
  std::optional<mode_t> mode{};
  std::string owner{};  ///< "user", "user:group"; empty: whoever runs the hook
};

struct HttpProbe {
  std::string url{};
};

struct TcpProbe {
  std::string address{};  ///< "host:port"
};

using Action = std::variant<std::monostate, Command, Directory, HttpProbe, TcpProbe>;

// --- hooks -----------------------------------------------------------------------------------

enum class Kind : std::uint8_t { step, check, job };
inline constexpr std::size_t kKinds = 3;

/// The word for people and for events: "step".
std::string_view name_of(Kind kind) noexcept;

enum class Question : std::uint8_t { readiness, liveness, startup };

struct CheckPolicy {
  Question question = Question::readiness;
  Duration interval = 10s;
  std::int64_t failure_threshold = 3;
  std::int64_t success_threshold = 1;
  std::optional<Duration> start_period{};    ///< unset: one interval
  std::optional<Duration> start_interval{};  ///< unset: 1 s, or the interval if that is shorter
};

struct Schedule {
  Duration every{};
};

/// The id of another hook, and where it is named.
struct Reference {
  std::string id;
  Position at;
  std::string pointer;
};

struct Hook {
  Kind kind = Kind::step;
  std::string id{};
  Position at{};
  std::string pointer{};  ///< "/steps/0"
  Action action{};
  std::optional<Duration> timeout{};
  Identity identity{};
  std::optional<std::vector<Reference>> precedents{};  ///< of a step; unset: all listed before
  CheckPolicy check{};                                 ///< of a check
  Schedule schedule{};                                 ///< of a job
};

// --- the document ----------------------------------------------------------------------------

struct Main {
  std::optional<Command> command{};
  Identity identity{.use_system_environment = true};
  std::map<int, int> signals{};  ///< what is sent instead: {SIGTERM, SIGINT}
};

struct Shutdown {
  Duration grace_period = 8s;  ///< with the next one under Docker's 10 s
  Duration total_grace_period = 9s;
  std::vector<int> signals{15, 2};  ///< SIGTERM, SIGINT
};

enum class ImageMode : std::uint8_t { layered, prebuilt };

struct Confinement {
  std::vector<std::string> capabilities{};  ///< that main keeps after the step-down
  bool no_new_privileges = true;
};

struct Logging {
  log::Level level = log::Level::info;
  log::Format format = log::Format::text;
};

struct Model {
  std::string user{};
  std::string working_directory{};
  std::optional<ImageMode> image_mode{};
  Variables environment{};
  std::vector<Hook> hooks{};  ///< steps, checks and jobs, each kind in the order of the text
  Main main{};
  Shutdown shutdown{};
  Confinement confinement{};
  std::optional<std::int64_t> parallelism{};  ///< unset: the CPUs available, at most 4
  bool init_as_main = false;                  ///< `"init": {"user": "main"}`
  Logging logging{};
};

}  // namespace pintle::config
