// `pintle run`: everything between the command line and the main loop. Nothing has been started
// yet, so every failure is one line and an exit code.
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "base/log.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"
#include "cli/command_line.hpp"
#include "cli/commands.hpp"
#include "cli/config_file.hpp"
#include "cli/entry.hpp"
#include "cli/notes.hpp"
#include "cli/run_options.hpp"
#include "cli/signed_config.hpp"
#include "config/address.hpp"
#include "init/loop.hpp"
#include "init/preflight.hpp"
#include "sys/activation.hpp"
#include "sys/changeable.hpp"
#include "sys/connect.hpp"
#include "sys/descriptors.hpp"
#include "sys/process.hpp"
#include "sys/signals.hpp"

namespace pintle::cli {
namespace {

using init::Refusal;

/// What must be opened before PID 1 becomes untraceable. It lives as long as PID 1.
struct Ground {
  std::string mount_namespace;
  Fd signals;
};

class Start {
 public:
  int run(int argc, char** argv) {
    if (!parse(argc, argv)) return end();
    if (options_.help) return help_command(1, argv);
    if (options_.version) return version_command(1, argv);
    if (prepare_process() && load() && open_notify_socket() && resolve() && hold_health_port())
      supervise();
    return end();
  }

 private:
  bool refuse(ExitCode code, std::string reason) {
    code_ = static_cast<int>(code);
    reason_ = std::move(reason);
    return false;
  }

  bool parse(int argc, char** argv) {
    apply_environment(options_);
    const auto operands = parse_run_options(argc, argv, options_);
    if (!operands) {
      return refuse(ExitCode::usage, operands.error().detail + "; see 'pintle --help'");
    }
    command_.assign(argv + std::min(operands->first, argc), argv + argc);
    return true;
  }

  void set_log(const config::Logging& configured) {
    log::set_format(options_.format.value_or(configured.format));
    const log::Level level = options_.verbose ? log::Level::debug : configured.level;
    log::set_level(options_.level.value_or(level));
  }

  /// Binds the port before anything runs: a port that is in use is reported now, and main cannot
  /// take it.
  bool hold_health_port() {
    const std::string text = recipes().listen_address();
    if (text.empty()) return true;
    const auto address = config::parse_listen_address(text);
    if (!address) {
      return refuse(ExitCode::config,
                    "/listen/health: " + recipes().secrets().scrub(config::wrong_with(address)));
    }
    auto port = sys::listen_on(address->host, address->port);
    if (!port) return refuse(ExitCode::config, "/listen/health: " + port.error().message());
    health_port_ = *std::move(port);
    return true;
  }

  bool prepare_process() {
    take_sockets();
    sys::close_descriptors(sys::kFirstPassed + passed_sockets_, -1, sys::descriptor_bound());
    log::open();
    set_log({});
    (void)termination_log();  // opened while everything can be
    ground_.mount_namespace = sys::mount_namespace();
    has_terminal_ = sys::owns_terminal();
    sys::forbid_tracing();
    sys::reset_dispositions();
    if (!sys::is_pid1()) {
      const auto subreaper = sys::become_subreaper();
      if (!subreaper) log::warning(subreaper.error().message());
    }
    if (options_.parent_death_signal != 0 &&
        ::prctl(PR_SET_PDEATHSIG, options_.parent_death_signal, 0, 0, 0) < 0) {
      return refuse(ExitCode::internal, Error::from_errno("set the parent death signal").message());
    }
    auto signals = sys::open_signals();
    if (!signals) return refuse(ExitCode::internal, signals.error().message());
    ground_.signals = *std::move(signals);
    return true;
  }

  /// Nobody but main gets them, and nobody is told of what he has not got.
  void take_sockets() {
    environment_ = container_environment();
    const auto value = [&](std::string_view name) {
      return config::get(environment_, name).value_or("");
    };
    passed_sockets_ =
        sys::hold_passed(sys::passed_count(value("LISTEN_PID"), value("LISTEN_FDS"), ::getpid()));
    socket_names_ = value("LISTEN_FDNAMES");
    for (const std::string_view name : sys::kListenVariables) config::unset(environment_, name);
  }

  /// A config decides what root does, so nobody else may decide what is in it.
  bool refuse_changeable(const std::string& file) {
    const std::string why = ::geteuid() == 0 ? sys::why_changeable(file) : std::string();
    if (why.empty()) return true;
    return refuse(
        ExitCode::refused,
        unusable(file, why + ", so others could decide what root does; let root own it, or "
                             "mount it read-only"));
  }

  bool load() {
    const auto file = find_config(options_.config);
    has_config_ = file.has_value();
    if (file && !refuse_changeable(*file)) return false;
    auto loaded = load_config(file, &environment_, log_problems, require_signature);
    if (!loaded) {
      const bool is_unproven = loaded.error().code == kUnprovenConfig;
      return refuse(is_unproven ? ExitCode::unproven : ExitCode::config, loaded.error().detail);
    }
    loaded_ = *std::move(loaded);
    set_log(loaded_.model.logging);
    config::Model& model = loaded_.model;
    if (!options_.user.empty()) model.user = config::as_text(options_.user);
    if (options_.allow_new_privileges) model.confinement.no_new_privileges = false;
    if (options_.init_only) return leave_main_out(model);
    if (!command_.empty() && !take_words()) return false;
    if (model.main.command || model.main.pauses) return true;
    return refuse(ExitCode::usage, has_config_
                                       ? "no command: the config has no \"main\", and none follows "
                                         "'pintle --'"
                                       : "no command; write: pintle -- COMMAND [ARG...]");
  }

  bool leave_main_out(config::Model& model) {
    if (!command_.empty()) {
      return refuse(ExitCode::usage, "--init-only starts no main, so no COMMAND may follow");
    }
    if (!has_config_) return refuse(ExitCode::usage, "--init-only: there is no config with steps");
    if (model.main.command) left_out_ = model.main.command->program;
    model.main = {};
    model.listen = {};
    return true;
  }

  bool take_words() {
    auto taken = take_command(loaded_, command_);
    if (!taken) return refuse(ExitCode::not_found, taken.error().detail);
    taken_ = *taken;
    if (!taken_.replaced.empty()) {
      log::info(fmt::format("the command line replaces main of the config, '{}', by '{}'",
                            shown_value(taken_.replaced), shown_value(command_.front())));
    }
    return true;
  }

  bool open_notify_socket() {
    if (loaded_.model.main.notify == config::Notify::none) return true;
    auto opened = sys::listen_for_requests(sys::Descriptors::closed);
    if (!opened) return refuse(ExitCode::internal, "NOTIFY_SOCKET: " + opened.error().message());
    notify_ = *std::move(opened);
    return true;
  }

  bool resolve() {
    const sys::Accounts accounts = sys::read_accounts();
    const auto held = sys::held_capabilities();
    if (!held) return refuse(ExitCode::internal, held.error().message());
    preflight_.emplace(
        loaded_.model,
        init::Surroundings{.environment = environment_,
                           .accounts = accounts,
                           .self = sys::current_identity(accounts),
                           .capabilities = held->effective,
                           .bounding = sys::bounding_capabilities(),
                           .ambient = sys::ambient_capabilities(),
                           .uid_map = sys::read_proc("/proc/self/uid_map"),
                           .gid_map = sys::read_proc("/proc/self/gid_map"),
                           .image_mode = loaded_.image_mode,
                           .has_terminal = has_terminal_,
                           .literal_words = taken_.literal_words,
                           .fetch_program = sys::own_directory() + "/pintle-fetch",
                           .passed_sockets = passed_sockets_,
                           .socket_names = socket_names_,
                           .notify_socket = notify_.socket ? "@" + notify_.name : std::string(),
                           .left_out_program = left_out_,
                           .runs_alone = taken_.runs_alone,
                           .has_only_steps = options_.init_only});
    const Refusal& refusal = preflight_->refusal();
    if (refusal.code == ExitCode::ok) return prove_way_down();
    const std::size_t more = refusal.reasons.size() - 1;
    for (std::size_t i = 1; i <= more; ++i) log::error(refusal.reasons[i]);
    const std::string& first = refusal.reasons.front();
    return refuse(refusal.code, more == 0 ? first : fmt::format("{} (and {} more)", first, more));
  }

  /// Tries the step-down now, while nothing has been started.
  bool prove_way_down() {
    const auto way = recipes().way_down();
    if (!way) return true;
    const auto tried = sys::try_step_down(*way);
    if (!tried) {
      return refuse(ExitCode::refused,
                    fmt::format("cannot drop privileges to {}:{}: {}", way->identity->uid,
                                way->identity->gid, tried.error().message()));
    }
    unlocked_ = *tried;
    return true;
  }

  const init::Recipes& recipes() const { return preflight_->recipes(); }

  init::Rules rules() const {
    const config::Model& model = loaded_.model;
    init::Rules rules;
    rules.is_pid1 = sys::is_pid1();
    rules.signal_group = options_.signal_group;
    if (has_config_) {
      rules.grace = model.shutdown.grace_period;
      rules.total_grace = model.shutdown.total_grace_period;
    }
    if (options_.grace) {
      rules.grace = options_.grace;
      if (rules.total_grace)
        rules.total_grace = std::max(*rules.total_grace, *rules.grace + Duration(1000));
    }
    for (const int number : model.shutdown.signals)
      rules.stop_signals.set(static_cast<std::size_t>(number));
    rules.rewrites = model.main.signals;
    for (const auto& [from, to] : options_.rewrites) rules.rewrites[from] = to;
    rules.success_codes = options_.success_codes;
    for (const int code : model.main.success_codes)
      rules.success_codes.set(static_cast<std::size_t>(code));
    const auto cpus = static_cast<std::int64_t>(std::min<std::size_t>(sys::available_cpus(), 4));
    rules.known_leaf = [this](const config::Hook& hook, const config::Condition& leaf) {
      return recipes().of(hook).known_leaf(leaf);
    };
    if (::getrandom(&rules.seed, sizeof rules.seed, GRND_NONBLOCK) < 0) rules.seed = 1;
    rules.parallelism = static_cast<std::size_t>(model.parallelism.value_or(cpus));
    rules.host = sys::host_name();
    rules.pauses = model.main.pauses;
    rules.ends_after_init = options_.init_only;
    return rules;
  }

  void supervise() {
    for (const std::string& note : loaded_.notes) log::warning(note);
    const std::string zone = note_on_zone(loaded_.model, environment_);
    if (!zone.empty()) log::warning(zone);
    for (const std::string& remark : preflight_->remarks()) log::warning(remark);
    if (loaded_.model.init_is_dumpable) sys::allow_tracing();
    const uid_t main_uid = recipes().main().identity().uid;
    if (main_uid != ::geteuid()) sys::give_standard_descriptors(main_uid);
    // Without a config main speaks for itself, as under any init.
    const char* const outer = has_config_ && !options_.init_only ? "NOTIFY_SOCKET" : "";
    const init::End end =
        init::run({loaded_.model, loaded_.plan, recipes(), rules(), ground_.signals,
                   ground_.mount_namespace, options_.warn_on_reap, std::move(health_port_),
                   std::move(notify_), config::get(environment_, outer).value_or(""), unlocked_});
    code_ = end.code;
    reason_ = end.reason;
  }

  int end() {
    if (reason_.empty()) return code_;
    const auto code = static_cast<ExitCode>(code_);
    if (!sys::is_pid1()) termination_log().write(termination_message(code, reason_));
    return fail(code, reason_);
  }

  RunOptions options_;
  std::vector<std::string> command_;
  Ground ground_;
  config::Environ environment_;
  Loaded loaded_;
  std::optional<init::Preflight> preflight_;
  Fd health_port_;
  sys::NamedSocket notify_;
  sys::Unlocked unlocked_;
  int passed_sockets_ = 0;
  std::string socket_names_;
  bool has_config_ = false;
  bool has_terminal_ = false;
  std::string left_out_;  ///< the program of the main that --init-only leaves out
  TakenCommand taken_;
  int code_ = static_cast<int>(ExitCode::internal);
  std::string reason_;
};

}  // namespace

int run_command(int argc, char** argv) {
  return Start().run(argc, argv);
}

}  // namespace pintle::cli
