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
#include "config/parse_variables.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kFormats[] = {"text", "json"};
constexpr std::string_view kInitUsers[] = {"main"};

void read_stop_signals(Reader& reader, const Node& node, Shutdown& out) {
  list<&Shutdown::signals, &Reader::stop_signal>.read(reader, node, out);
  require_items(reader, node, "nothing but SIGKILL would stop the container");
}

/// A row of `shutdown` that is no list of hooks.
template <const auto& Inner>
constexpr Slot<Model> kShutdownPart = within<&Model::shutdown, Inner>;
constexpr Slot<Shutdown> kStopSignals{read_stop_signals,
                                      &kListForm<kFormOf<&Reader::stop_signal>, 1>};

constexpr Key<Model> kShutdownKeys[] = {
    {"before",
     {read_model_hooks<Kind::shutdown>, &kListForm<kShutdownStepForm>},
     "Steps that run while main still runs, when the container is to stop: main gets its stop "
     "signal when they are done.",
     R"([{"id": "drain", "command": "/pintle", "arguments": ["sleep", "5s"]}])"},
    {"after",
     {read_model_hooks<Kind::shutdown, Moment::after>, &kListForm<kShutdownStepForm>},
     "Steps that run when main has ended, however it did.",
     R"([{"id": "deregister", "command": "/app/deregister", "timeout": "2s"}])"},
    {"gracePeriod", kShutdownPart<into<&Shutdown::grace_period, &Reader::duration>>,
     "From the stop signal to SIGKILL for main.", "25s", "8s"},
    {"totalGracePeriod", kShutdownPart<into<&Shutdown::total_grace_period, &Reader::duration>>,
     "The whole stop, at most; where only one of the two is written and they would contradict each "
     "other, the other follows it.",
     "28s", "9s"},
    {"signals", kShutdownPart<kStopSignals>,
     "The signals that stop the container; every other one is only forwarded to main.",
     R"(["SIGTERM", "SIGQUIT"])", R"(["SIGTERM", "SIGINT"])"},
};
constexpr auto kShutdown = object_of<kShutdownKeys>({.name = "shutdown", .title = "\"shutdown\""});

void read_shutdown(Reader& reader, const Node& node, Model& out) {
  read_object(reader, node, kShutdown, out);
  // Where only one of the two is written and they contradict each other, the other follows it.
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
    if (auto name = reader.filled_text(item)) names.push_back(*std::move(name));
  });
}

constexpr Key<Confinement> kConfinementKeys[] = {
    {"capabilities",
     {read_capabilities, &kListForm<kFormOf<&Reader::filled_text>>},
     "What main keeps, capabilities(7): unless it says otherwise what the runtime made ambient.",
     R"(["NET_BIND_SERVICE"])"},
    {"noNewPrivileges", into<&Confinement::no_new_privileges, &Reader::boolean>,
     "Set no_new_privs for every child.", "false", "true"},
};
constexpr auto kConfinement =
    object_of<kConfinementKeys>({.name = "confinement", .title = "\"confinement\""});

constexpr Key<Logging> kLoggingKeys[] = {
    {"level", word<&Logging::level, log::kLevelWords>, "The lowest level that is written.", "debug",
     "info"},
    {"format", word<&Logging::format, kFormats>, "Lines for people, or a JSON object a line.",
     "json", "text"},
};
constexpr auto kLogging = object_of<kLoggingKeys>({.name = "logging", .title = "\"logging\""});

void read_init_user(Reader& reader, const Node& node, Model& out) {
  if (reader.word(node, kInitUsers)) out.init_as_main = true;
}

constexpr Key<Model> kInitKeys[] = {
    {"user",
     {read_init_user, &kWordForm<kInitUsers>},
     "Whose uid PID 1 takes when init is over: main's, where no process of root may exist.",
     "main"},
    {"dumpable", into<&Model::init_is_dumpable, &Reader::boolean>,
     "Whether PID 1's user may open /proc/1/fd and trace PID 1; an image of mode prebuilt refuses "
     "it.",
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
     "An address and a port where /livez, /readyz, /startupz and /metrics are answered by HTTP, "
     "for httpGet "
     "probes; by a child that runs as main's user.",
     "0.0.0.0:9080"},
};
constexpr auto kListen = object_of<kListenKeys>({.name = "listen", .title = "\"listen\""});

void read_init(Reader& reader, const Node& node, Model& out) {
  read_object(reader, node, kInit, out);
}

/// For editors: they find the schema by it.
void ignore_text(Reader& reader, const Node& node, Model&) {
  (void)reader.text(node);
}

void read_environment(Reader& reader, const Node& node, Model& out) {
  reader.set_top(peek_variables(node));
  read_variables(reader, node, out.environment);
  refuse_circles(reader, node, out.environment, {});
}

constexpr Key<Model> kKeys[] = {
    {"user", into<&Model::user, &Reader::expandable>,
     "The user of main and of every hook without a `user` of its own, where pintle starts as root: "
     "user or user:group, names or numbers.",
     "app:app"},
    {"groups",
     {read_groups<Model>, &kGroupsForm},
     "The supplementary groups of main and of every hook that names neither a user nor groups: "
     "names or numbers, or inherit, as each of them may have its own.",
     R"(["video", 4242])"},
    {"workingDirectory", text<&Model::working_directory, kPath>,
     "Where main and hooks run; the container's unless it says otherwise.", "/app"},
    {"umask", into<&Model::umask, &Reader::mode>,
     "The file mode creation mask of main and of every hook without one of its own, in octal; "
     "inherited unless it says otherwise.",
     "0027"},
    {"imageMode", word<&Model::image_mode, kImageModes>,
     "Whether the image may be completed at start (layered) or is used as it is (prebuilt); the "
     "variable IMAGE_MODE can make it stricter.",
     "prebuilt", "layered"},
    {"environment",
     {read_environment, &kVariablesForm},
     "Variables, declared once and checked before anything runs.",
     R"({"DATABASE_URL": {"description": "PostgreSQL URL"}, "LOG_LEVEL": "info"})",
     {},
     kAnyKind,
     false,
     Turn::first},
    {"parallelism", count<&Model::parallelism, 1>,
     "How many steps may run at the same time; the CPUs available, at most 4, unless it says "
     "otherwise.",
     "2"},
    {"steps",
     {read_model_hooks<Kind::step>, &kListForm<kListedStepForm>},
     "The init steps, in order; main starts when all are done.",
     R"([{"id": "migrate", "command": "/app/migrate", "arguments": ["--url", "$DATABASE_URL"]}])"},
    {"main",
     {read_main, &kMainForm},
     "The container's main process.",
     R"({"command": "/usr/bin/python3", "arguments": ["/app/main.py"]})"},
    {"health",
     {read_model_hooks<Kind::check>, &kListForm<kCheckForm>},
     "The health checks, which run beside main.",
     R"([{"id": "web", "http": {"url": "http://127.0.0.1:8080/healthz"}}])"},
    {"maintenance",
     {read_model_hooks<Kind::job>, &kListForm<kJobForm>},
     "The jobs that run on a schedule beside main.",
     R"([{"id": "tidy", "schedule": {"every": "6h"}, "command": "/app/tidy"}])"},
    {"shutdown",
     {read_shutdown, &kObjectForm<kShutdown>},
     "How the container stops.",
     R"({"gracePeriod": "25s"})"},
    {"confinement", member<&Model::confinement, kConfinement>, "What main and hooks may do.",
     R"({"capabilities": ["NET_BIND_SERVICE"]})"},
    {"listen", member<&Model::listen, kListen>, "Ports that pintle itself answers on.",
     R"({"health": "0.0.0.0:9080"})"},
    {"init", {read_init, &kObjectForm<kInit>}, "PID 1 itself.", R"({"user": "main"})"},
    {"logging", member<&Model::logging, kLogging>, "pintle's own lines.", R"({"format": "json"})"},
    {"$schema",
     {ignore_text, &kFormOf<&Reader::text>},
     "Where editors find the schema of this file; pintle ignores it.",
     "./pintle.schema.json"},
};
constexpr auto kDocument = object_of<kKeys>({.name = "config", .title = "the config"});

void find_duplicate_ids(const Model& model, Problems& problems) {
  std::unordered_map<std::string_view, const Hook*> seen;
  for (const Role& role : roles_in(model)) {
    const Hook& hook = *role.hook;
    if (hook.id.empty()) continue;
    const auto [first, is_new] = seen.emplace(hook.id, &hook);
    if (is_new) continue;
    problems.push_back({hook.at, hook.pointer + "/id",
                        fmt::format("the id \"{}\" is taken by {}; ids are unique in the document",
                                    hook.id, first->second->pointer)});
  }
}

/// The verdicts of all checks must fit into one answer of PID 1.
void limit_checks(const Model& model, Problems& problems) {
  constexpr std::size_t kMostChecks = 256;
  std::size_t checks = 0;
  for (const Hook& hook : model.hooks) {
    if (hook.kind() != Kind::check || ++checks != kMostChecks + 1) continue;
    problems.push_back({hook.at, hook.pointer, fmt::format("more than {} checks", kMostChecks)});
  }
}

/// Steps first, then checks, jobs, and the steps of the shutdown as they run.
int rank(const Hook& hook) noexcept {
  const auto* shutdown = hook.if_is<ShutdownPolicy>();
  const bool is_after = shutdown != nullptr && shutdown->moment == Moment::after;
  return static_cast<int>(hook.kind()) + (is_after ? 1 : 0);
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
  model.mentions = reader.take_mentions();
  model.used = reader.take_used();
  find_duplicate_ids(model, problems);
  limit_checks(model, problems);
  std::stable_sort(problems.begin(), problems.end(),
                   [](const Problem& a, const Problem& b) { return stands_before(a.at, b.at); });
  return model;
}

}  // namespace pintle::config
