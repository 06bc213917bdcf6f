#include "config/parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "config/address.hpp"
#include "config/image_mode.hpp"
#include "config/parse_failure.hpp"
#include "config/parse_hook.hpp"
#include "config/parse_identity.hpp"
#include "config/parse_main.hpp"
#include "config/parse_output.hpp"
#include "config/parse_trust.hpp"
#include "config/parse_variables.hpp"
#include "config/proof.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kLogFormats[] = {"text", "json"};
constexpr std::string_view kInitUsers[] = {"main"};

void read_stop_signals(Reader& reader, const Node& node, Shutdown& out) {
  list<&Shutdown::signals, &Reader::stop_signal>.read(reader, node, out);
  require_items(reader, node, "nothing but SIGKILL would stop the container");
}

/// The value of a key of `shutdown` that is not a list of hooks.
template <const auto& Inner>
constexpr Slot<Model> kShutdownPart = within<&Model::shutdown, Inner>;
constexpr Slot<Shutdown> kStopSignals{read_stop_signals,
                                      &kListForm<kFormOf<&Reader::stop_signal>, 1>};

constexpr Key<Model> kShutdownKeys[] = {
    {"before",
     {read_model_hooks<Kind::shutdown>, &kListForm<kShutdownStepForm>},
     "Steps that run at the beginning of the shutdown. main still runs, and gets its stop signal "
     "when they are done.",
     R"([{"id": "drain", "command": "/pintle", "arguments": ["sleep", "5s"]}])"},
    {"after",
     {read_model_hooks<Kind::shutdown, Moment::after>, &kListForm<kShutdownStepForm>},
     "Steps that run after main has ended, for whatever reason.",
     R"([{"id": "deregister", "command": "/app/deregister", "timeout": "2s"}])"},
    {"gracePeriod", kShutdownPart<into<&Shutdown::grace_period, &Reader::duration>>,
     "How long main may run after its stop signal; then it gets SIGKILL.", "25s", "8s"},
    {"totalGracePeriod", kShutdownPart<into<&Shutdown::total_grace_period, &Reader::duration>>,
     "The longest time of the whole shutdown. If only one of the two times is set and they would "
     "contradict each other, pintle adapts the other one.",
     "28s", "9s"},
    {"signals", kShutdownPart<kStopSignals>,
     "The signals that start the shutdown. Every other signal is only forwarded to main.",
     R"(["SIGTERM", "SIGQUIT"])", R"(["SIGTERM", "SIGINT"])"},
};
constexpr auto kShutdown = object_of<kShutdownKeys>({.name = "shutdown", .title = "\"shutdown\""});

void read_shutdown(Reader& reader, const Node& node, Model& out) {
  read_object(reader, node, kShutdown, out);
  // A time that is not set must not contradict the one that is set, so it is adapted.
  Shutdown& shutdown = out.shutdown;
  if (shutdown.total_grace_period >= shutdown.grace_period) return;
  if (node.find("totalGracePeriod") == nullptr) {
    shutdown.total_grace_period = shutdown.grace_period + 1s;
  } else if (node.find("gracePeriod") == nullptr) {
    shutdown.grace_period = shutdown.total_grace_period;
  } else {
    reader.problem(node.at, "\"totalGracePeriod\" is shorter than \"gracePeriod\"");
  }
}

void read_capabilities(Reader& reader, const Node& node, Confinement& out) {
  auto& names = out.capabilities.emplace();
  read_items(reader, node, [&](const Node& item) {
    if (auto name = reader.nonempty_text(item)) names.push_back(*std::move(name));
  });
}

constexpr Key<Confinement> kConfinementKeys[] = {
    {"capabilities",
     {read_capabilities, &kListForm<kFormOf<&Reader::nonempty_text>>},
     "The capabilities that main keeps, capabilities(7). Default: those that the container runtime "
     "made ambient.",
     R"(["NET_BIND_SERVICE"])"},
    {"noNewPrivileges", into<&Confinement::no_new_privileges, &Reader::boolean>,
     "Whether no_new_privs is set for every child.", "false", "true"},
};
constexpr auto kConfinement =
    object_of<kConfinementKeys>({.name = "confinement", .title = "\"confinement\""});

constexpr Key<Logging> kLoggingKeys[] = {
    {"level", word<&Logging::level, log::kLevelWords>, "The lowest level that is logged.", "debug",
     "info"},
    {"format", word<&Logging::format, kLogFormats>,
     "The format of log lines: text for people, or one JSON object for each line.", "json", "text"},
};
constexpr auto kLogging = object_of<kLoggingKeys>({.name = "logging", .title = "\"logging\""});

void read_init_user(Reader& reader, const Node& node, Model& out) {
  if (reader.word(node, kInitUsers)) out.init_as_main = true;
}

constexpr Key<Model> kInitKeys[] = {
    {"user",
     {read_init_user, &kWordForm<kInitUsers>},
     "main: when the init steps are done, PID 1 itself changes to the user of main, so that no "
     "process runs as root.",
     "main"},
    {"dumpable", into<&Model::init_is_dumpable, &Reader::boolean>,
     "Whether the user of PID 1 may open /proc/1/fd and trace PID 1. The image mode prebuilt "
     "refuses true.",
     "true", "false"},
};
constexpr auto kInit = object_of<kInitKeys>({.name = "init", .title = "\"init\""});

std::string check_listen_address(const std::string& address) {
  return wrong_with(parse_listen_address(address));
}
constexpr TextKind kListenAddress{.check = check_listen_address,
                                  .pattern = [] { return kListenAddressPattern; }};

constexpr Key<Listen> kListenKeys[] = {
    {"health", text<&Listen::health, kListenAddress>,
     "An address and a port on which pintle responds to HTTP requests for /livez, /readyz, "
     "/startupz and /metrics, for httpGet probes. A child does this as the user of main.",
     "0.0.0.0:9080"},
};
constexpr auto kListen = object_of<kListenKeys>({.name = "listen", .title = "\"listen\""});

void read_init(Reader& reader, const Node& node, Model& out) {
  read_object(reader, node, kInit, out);
}

/// The key is for editors, which find the schema by it.
void ignore_text(Reader& reader, const Node& node, Model&) {
  (void)reader.text(node);
}

void read_environment(Reader& reader, const Node& node, Model& out) {
  reader.set_top(peek_variables(node));
  read_variables(reader, node, out.environment);
  refuse_circles(reader, node, out.environment, {});
}

constexpr Key<Model> kModelKeys[] = {
    {"user", into<&Model::user, &Reader::expandable>,
     "The user of main and of every hook without its own `user`, if pintle starts as root: user or "
     "user:group, names or numbers.",
     "app:app"},
    {"groups",
     {read_groups<Model>, &kGroupsForm},
     "The supplementary groups of main and of every hook that names neither a user nor groups: "
     "names or numbers, or inherit, as for main and hooks.",
     R"(["video", 4242])"},
    {"workingDirectory", text<&Model::working_directory, kPath>,
     "The directory in which main and hooks run. Default: that of the container.", "/app"},
    {"umask", into<&Model::umask, &Reader::mode>,
     "The file mode creation mask of main and of every hook without its own `umask`, in octal. "
     "Default: inherited.",
     "0027"},
    {"imageMode", word<&Model::image_mode, kImageModes>,
     "layered: steps may use a shell and install software. prebuilt: pintle refuses both, and a "
     "main that runs as root unless the config says so. The variable IMAGE_MODE can select the "
     "stricter mode.",
     "prebuilt", "layered"},
    {"environment",
     {read_environment, &kVariablesForm},
     "Variables for main and hooks. pintle checks all of them before anything runs.",
     R"({"DATABASE_URL": {"description": "PostgreSQL URL"}, "LOG_LEVEL": "info"})",
     {},
     kAnyKind,
     false,
     ReadOrder::first},
    {"parallelism", count<&Model::parallelism, 1>,
     "How many steps may run at the same time. Default: the number of CPUs available, at most 4.",
     "2"},
    {"steps",
     {read_model_hooks<Kind::step>, &kListForm<kListedStepForm>},
     "The init steps, in their order. main starts when all are done.",
     R"([{"id": "migrate", "command": "/app/migrate", "arguments": ["--url", "$DATABASE_URL"]}])"},
    {"main",
     {read_main, &kMainForm},
     "The container's main process.",
     R"({"command": "/usr/bin/python3", "arguments": ["/app/main.py"]})"},
    {"health",
     {read_model_hooks<Kind::check>, &kListForm<kCheckForm>},
     "The health checks, which run while main runs.",
     R"([{"id": "web", "http": {"url": "http://127.0.0.1:8080/healthz"}}])"},
    {"maintenance",
     {read_model_hooks<Kind::job>, &kListForm<kJobForm>},
     "The maintenance jobs, which run on a schedule while main runs.",
     R"([{"id": "tidy", "schedule": {"every": "6h"}, "command": "/app/tidy"}])"},
    {"shutdown",
     {read_shutdown, &kObjectForm<kShutdown>},
     "How pintle stops the container.",
     R"({"gracePeriod": "25s"})"},
    {"confinement", member<&Model::confinement, kConfinement>,
     "The privileges that main and hooks may have.", R"({"capabilities": ["NET_BIND_SERVICE"]})"},
    {"trust",
     {read_trust, &kTrustForm},
     "What must be proven before anything else runs.",
     R"({"manifest": "/app/manifest"})"},
    {"listen", member<&Model::listen, kListen>, "The ports on which pintle itself responds.",
     R"({"health": "0.0.0.0:9080"})"},
    {"init", {read_init, &kObjectForm<kInit>}, "Settings of PID 1 itself.", R"({"user": "main"})"},
    {"logging", member<&Model::logging, kLogging>, "Settings of the lines that pintle itself logs.",
     R"({"format": "json"})"},
    {"$schema",
     {ignore_text, &kFormOf<&Reader::text>},
     "Where an editor finds the schema of this file. pintle ignores it.",
     "./pintle.schema.json"},
};
constexpr auto kDocument = object_of<kModelKeys>({.name = "config", .title = "the config"});

void find_duplicate_ids(const Model& model, Problems& problems) {
  std::unordered_map<std::string_view, const Hook*> seen;
  for (const Role& role : roles_in(model)) {
    const Hook& hook = *role.hook;
    if (hook.id.empty()) continue;
    const auto [first, is_new] = seen.emplace(hook.id, &hook);
    if (is_new) continue;
    problems.push_back({hook.at, hook.pointer + "/id",
                        fmt::format("the id \"{}\" is used by {} already; choose another one",
                                    hook.id, first->second->pointer)});
  }
}

/// The status of all checks must fit into one reply of PID 1.
void limit_checks(const Model& model, Problems& problems) {
  constexpr std::size_t kMostChecks = 256;
  std::size_t checks = 0;
  for (const Hook& hook : model.hooks) {
    if (hook.kind() != Kind::check || ++checks != kMostChecks + 1) continue;
    problems.push_back({hook.at, hook.pointer, fmt::format("more than {} checks", kMostChecks)});
  }
}

/// The place of a hook in Model::hooks: the proof of `trust`, the other steps, then checks, jobs,
/// and the shutdown steps in the order in which they run.
int rank(const Hook& hook) noexcept {
  const auto* shutdown = hook.if_is<ShutdownPolicy>();
  const bool is_after = shutdown != nullptr && shutdown->moment == Moment::after;
  if (is_proof(hook)) return -1;
  return static_cast<int>(hook.kind()) + (is_after ? 1 : 0);
}

/// Corrects the places of groups, which were counted from the first of `steps`.
void move_groups(Model& model, std::size_t by) {
  for (Hook& hook : model.hooks) {
    if (hook.kind() != Kind::step) continue;
    auto& group = hook.as<StepPolicy>().group;
    if (group) *group += by;
  }
}

}  // namespace

const ObjectInfo& document() noexcept {
  return kDocument;
}

Model parse(std::string_view text, const ParseContext& context, Problems& problems) {
  Model model;
  const Node root = parse_json(text, problems);
  if (!problems.empty()) return model;
  Reader reader(problems, context);
  read_object(reader, root, kDocument, model);
  model.unread = reader.take_unread();
  std::stable_sort(model.hooks.begin(), model.hooks.end(),
                   [](const Hook& a, const Hook& b) { return rank(a) < rank(b); });
  if (!model.hooks.empty() && is_proof(model.hooks.front())) move_groups(model, 1);
  model.mentions = reader.take_mentions();
  model.used = reader.take_used();
  find_duplicate_ids(model, problems);
  limit_checks(model, problems);
  std::stable_sort(problems.begin(), problems.end(),
                   [](const Problem& a, const Problem& b) { return stands_before(a.at, b.at); });
  return model;
}

}  // namespace pintle::config
