#include "config/parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "config/environment.hpp"
#include "config/parse_parts.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kFormats[] = {"text", "json"};
constexpr std::string_view kLevels[] = {"debug", "info", "warn", "error"};
constexpr std::string_view kInitUsers[] = {"main"};

void read_mode(Reader& reader, const Node& node, Model& out) {
  if (const auto word = reader.word(node, kImageModes))
    out.image_mode = static_cast<ImageMode>(*word);
}

template <auto Field>
void grace(Reader& reader, const Node& node, Shutdown& out) {
  if (const auto duration = reader.duration(node)) out.*Field = *duration;
}

void read_stop_signals(Reader& reader, const Node& node, Shutdown& out) {
  out.signals.clear();
  read_items(reader, node, [&](const Node& item) {
    if (const auto number = reader.signal(item)) out.signals.push_back(*number);
  });
}

constexpr Key<Shutdown> kShutdownKeys[] = {
    {"gracePeriod", grace<&Shutdown::grace_period>, "From the stop signal to SIGKILL for main."},
    {"totalGracePeriod", grace<&Shutdown::total_grace_period>, "The whole stop, at most."},
    {"signals", read_stop_signals, "Which signals stop the container: SIGTERM and SIGINT."},
};

void read_shutdown(Reader& reader, const Node& node, Model& out) {
  read_object<Shutdown>(reader, node, kShutdownKeys, out.shutdown, "\"shutdown\"");
  // Where only one of the two is written, the other follows it.
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
  if (auto names = read_arguments(reader, node)) out.capabilities = std::move(*names);
}

constexpr Key<Confinement> kConfinementKeys[] = {
    {"capabilities", read_capabilities,
     "What main keeps after the step-down: [\"NET_BIND_SERVICE\"]."},
    {"noNewPrivileges", into<&Confinement::no_new_privileges, &Reader::boolean>,
     "Set no_new_privs for every child; true unless it says otherwise."},
};

void read_confinement(Reader& reader, const Node& node, Model& out) {
  read_object<Confinement>(reader, node, kConfinementKeys, out.confinement, "\"confinement\"");
}

void read_level(Reader& reader, const Node& node, Logging& out) {
  if (const auto word = reader.word(node, kLevels)) out.level = static_cast<log::Level>(*word);
}
void read_format(Reader& reader, const Node& node, Logging& out) {
  if (const auto word = reader.word(node, kFormats)) out.format = static_cast<log::Format>(*word);
}

constexpr Key<Logging> kLoggingKeys[] = {
    {"level", read_level, "The lowest level that is written: debug, info, warn, error."},
    {"format", read_format, "text or json."},
};

void read_logging(Reader& reader, const Node& node, Model& out) {
  read_object<Logging>(reader, node, kLoggingKeys, out.logging, "\"logging\"");
}

void read_init_user(Reader& reader, const Node& node, Model& out) {
  if (reader.word(node, kInitUsers)) out.init_as_main = true;
}

constexpr Key<Model> kInitKeys[] = {
    {"user", read_init_user, "\"main\": PID 1 takes main's uid when init is over."},
};

void read_init(Reader& reader, const Node& node, Model& out) {
  read_object<Model>(reader, node, kInitKeys, out, "\"init\"");
}

void read_parallelism(Reader& reader, const Node& node, Model& out) {
  if (const auto count = reader.count(node, 1)) out.parallelism = *count;
}

/// The arrays of hooks need to know the built-ins; parse() reads them.
void read_later(Reader&, const Node&, Model&) {}

struct HookKey {
  std::string_view name;
  Kind kind;
};
constexpr HookKey kHookKeys[] = {
    {"steps", Kind::step}, {"health", Kind::check}, {"maintenance", Kind::job}};

void read_main_part(Reader& reader, const Node& node, Model& out) {
  read_main(reader, node, out.main);
}
void read_environment(Reader& reader, const Node& node, Model& out) {
  read_variables(reader, node, out.environment);
}

constexpr Key<Model> kKeys[] = {
    {"user", into<&Model::user, &Reader::filled_text>,
     "What a root pintle steps down to, for main and every hook that names nobody."},
    {"workingDirectory", into<&Model::working_directory, &Reader::filled_text>,
     "Where main and hooks run; the container's unless it says otherwise."},
    {"imageMode", read_mode, "layered or prebuilt; IMAGE_MODE can make it stricter."},
    {"environment", read_environment, "Variables, declared once and checked before anything runs."},
    {"parallelism", read_parallelism, "How many steps may run at the same time."},
    {"steps", read_later, "The init steps, in order."},
    {"main", read_main_part, "The container's main process."},
    {"health", read_later, "The health checks."},
    {"maintenance", read_later, "The jobs that run on a schedule."},
    {"shutdown", read_shutdown, "How the container stops."},
    {"confinement", read_confinement, "What main and hooks may do."},
    {"init", read_init, "PID 1 itself."},
    {"logging", read_logging, "pintle's own lines."},
};

void find_duplicate_ids(const Model& model, Problems& problems) {
  std::unordered_map<std::string_view, const Hook*> seen;
  for (const Hook& hook : model.hooks) {
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
    if (hook.kind != Kind::check || ++checks != kMostChecks + 1) continue;
    problems.push_back({hook.at, hook.pointer, fmt::format("more than {} checks", kMostChecks)});
  }
}

bool stands_before(const Problem& a, const Problem& b) noexcept {
  return a.at.line != b.at.line ? a.at.line < b.at.line : a.at.column < b.at.column;
}

/// What stands in for a hook goes behind all others, where everything has an index.
void move_fallbacks(Model& model) {
  for (std::size_t i = 0; i < model.hooks.size(); ++i) {
    if (model.hooks[i].fallback.empty()) continue;
    Hook fallback = std::move(model.hooks[i].fallback.front());
    model.hooks[i].fallback.clear();
    model.hooks[i].fallback_hook = model.hooks.size();
    model.hooks.push_back(std::move(fallback));
  }
}

/// Variables first: numbers and durations may be written with them.
Reader::Resolve resolver(const Variables& top, const std::vector<std::string>* container) {
  return [&top, container](const std::string& text,
                           const Variables& own) -> std::optional<std::string> {
    const Environ nothing;
    std::vector<MissingVariable> missing;
    const Scope scope(container == nullptr ? nothing : *container, top, own);
    auto expanded = expand(text, scope, missing);
    // A value that is missing is reported with all others, by whoever starts the hook.
    if (!expanded || !missing.empty()) return std::nullopt;
    return *std::move(expanded);
  };
}

}  // namespace

std::string_view name_of(ImageMode mode) noexcept {
  return kImageModes[static_cast<std::size_t>(mode)];
}

Model parse(std::string_view text, const ParseContext& context, Problems& problems) {
  Model model;
  const Node root = parse_json(text, problems);
  if (!problems.empty()) return model;
  Reader reader(problems);
  Variables top;
  if (const Node* environment = root.find("environment")) {
    Problems noted_later;
    Reader quiet(noted_later);
    read_variables(quiet, *environment, top);
  }
  reader.set_resolve(resolver(top, context.environment));
  read_object<Model>(reader, root, kKeys, model, "the config");
  model.unread = reader.take_unread();
  for (const HookKey& key : kHookKeys) {
    const Node* hooks = root.find(key.name);
    if (hooks == nullptr) continue;
    const Reader::Inside inside(reader, key.name);
    read_hooks(reader, *hooks, key.kind, context.actions, model.hooks);
  }
  move_fallbacks(model);
  find_duplicate_ids(model, problems);
  limit_checks(model, problems);
  std::stable_sort(problems.begin(), problems.end(), stands_before);
  return model;
}

}  // namespace pintle::config
