// init/launcher.hpp - what each hook and main are started with: program or built-in, environment,
// identity. Everything is resolved and checked once, before anything runs.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/exit_codes.hpp"
#include "config/environment.hpp"
#include "config/model.hpp"
#include "hooks/builtin.hpp"
#include "hooks/condition.hpp"
#include "hooks/texts.hpp"
#include "init/hook.hpp"
#include "sys/identity.hpp"
#include "sys/spawn.hpp"

namespace pintle::init {

/// Why nothing is started: the exit code, and a line for each reason.
struct Refusal {
  ExitCode code = ExitCode::ok;
  std::vector<std::string> reasons{};
};

/// What the process is that starts everything.
struct Surroundings {
  config::Environ environment{};  ///< the container's
  sys::Accounts accounts{};
  sys::Identity self{};
  sys::CapabilitySet capabilities{};  ///< effective
  sys::CapabilitySet bounding{};
  sys::CapabilitySet ambient{};
  std::string uid_map{};  ///< /proc/self/uid_map; "": all are mapped
  std::string gid_map{};
  config::ImageMode image_mode = config::ImageMode::layered;
  bool has_terminal = false;  ///< stdin is our terminal
  /// How many of main's words came from the command line, its last ones: they are not expanded.
  std::size_t literal_words = 0;
  std::string fetch_program{};  ///< the second program's path
  int passed_sockets = 0;       ///< main's, sd_listen_fds(3)
  std::string socket_names{};   ///< its LISTEN_FDNAMES
  std::string notify_socket{};  ///< the value of main's NOTIFY_SOCKET; "": what the container has
  bool has_only_steps = false;  ///< nothing but the steps of init will run
};

/// What differs from one start of a hook to the next.
struct Occasion {
  hooks::Leaf
      leaf{};  ///< set: the child looks at the condition first, and asks for what is no file
  sys::Outlet outlet{};  ///< where what it writes goes
  pid_t main_pid = 0;    ///< 0 while there is none
  int viewer = -1;       ///< a socket for a copy of what it writes
};

class Launcher {
 public:
  /// Resolves everything for `model`. With a refusal nothing may be started. Lines that are no
  /// refusal but should be said go to `remarks`.
  Launcher(const config::Model& model, Surroundings surroundings);

  const Refusal& refusal() const noexcept { return refusal_; }
  const std::vector<std::string>& remarks() const noexcept { return remarks_; }

  /// What to give to sys::spawn(). Lives no longer than the launcher.
  sys::Child child(Owner owner, const Occasion& occasion = {}) const;

  /// What the second program is told for `owner`, with the values of secrets; nullopt where that
  /// does nothing. Errors: those of config::encode_request().
  std::optional<Result<std::string>> request(Owner owner) const;

  /// As whom the child runs that serves `listen.health`: main's user, or one that is nobody.
  sys::Child server() const;

  /// `listen.health` with its variables; "" if there is none.
  std::string listen_address() const { return expand(model_.listen.health, kMain); }

  /// Whether a variable is set for `owner` and which image mode it is, for conditions.
  std::optional<bool> known_leaf(Owner owner, const config::Condition& leaf) const;

  /// The fields of a hook's events, expanded, with secrets as "***".
  config::Pairs fields(Owner owner) const;

  /// `text` with every secret's value in it as "***".
  std::string scrub(std::string text) const;

  /// The message of `error`, scrubbed before any part of a value is left out: of a secret no piece
  /// would be recognized.
  std::string words_of(Error error) const;

  /// How many bytes at the end of `text` are the beginning, not the whole, of a secret.
  std::size_t secret_begun_in(std::string_view text) const noexcept;

  /// The same for a text whose end was cut off: a secret that begins there is hidden as well.
  std::string scrub_cut(std::string text) const;

  /// What the built-in of `owner` would do to files now, with its variables as a start would have
  /// them; nullopt if it cannot say, or would not run in this image mode. Errors: a variable
  /// without value; those of the built-in.
  Result<std::optional<std::vector<hooks::Foreseen>>> foresee(Owner owner) const;

  /// As whom `owner` runs.
  const sys::Identity& identity(Owner owner) const noexcept;

  /// The way down that has to be possible, to be tried before anything is started: PID 1's own, or
  /// that of the first that runs as another uid; nullopt if nobody does.
  std::optional<sys::StepDown> way_down() const;

  /// Every uid but our own that something runs as.
  std::vector<uid_t> other_uids() const;

  /// What PID 1 must still be able to do when main runs; nullopt: keep everything, because a hook
  /// that is left runs as root.
  std::optional<sys::CapabilitySet> needed_after_init() const noexcept;

 private:
  struct Launch {
    const config::Identity* wish = nullptr;
    sys::Identity identity{};
    bool changes_user = false;  ///< from ours
  };

  void choose_server();
  void resolve_launch(Owner owner, const config::Identity& wish);
  void resolve_groups(Owner owner);
  Result<std::vector<gid_t>> wanted_groups(const sys::Identity& user,
                                           const config::Groups& wish) const;
  void refuse_unmapped(Owner owner);
  void refuse_strangers_of_init();
  sys::CapabilitySet bounding_of_main() const;
  std::string why_without_capabilities(const sys::FilePrivileges& file) const;
  std::string why_without_ids(const sys::FilePrivileges& file) const;
  void remark_on_file_privileges();
  std::string why_not_held(const std::string& name, unsigned number) const;
  bool changes_groups(Owner owner, const sys::Identity& from) const;
  void refuse_root_main();
  void refuse_without_capabilities();
  void refuse_other_users();
  void refuse_shells();
  void refuse_without_fetch();
  void read_secret_files();
  void read_secret_file(const config::Variable& variable);
  void refuse_file(const config::Variable& variable, const std::string& why);
  void report_variables();
  void refuse_unread(Owner owner);
  using Check = std::function<std::string(const std::string& expanded)>;
  void refuse_wrong_texts();
  void refuse_if_wrong(Owner owner, std::string_view key, std::string_view text,
                       const Check& check);
  void refuse_if_wrong(Owner owner, const hooks::KeyText& one);
  void refuse_wrong_program(Owner owner);
  void refuse_blank_line(Owner owner, const config::Command& program);
  void refuse_wrong_use(Owner owner, const config::Builtin& use);
  bool is_ruled_out(Owner owner) const;
  void know_secrets_by_their_forms();
  void resolve_kept_capabilities();
  void refuse(ExitCode code, std::string reason);

  bool needs_nothing(Owner owner) const;
  std::string who(Owner owner) const;
  const Launch& launch(Owner owner) const noexcept;
  const config::Command* command(Owner owner) const noexcept;
  config::Scope scope(Owner owner) const noexcept;
  std::string expand(std::string_view text, Owner owner) const;
  std::string directory(Owner owner) const;
  config::Environ environment(Owner owner) const;
  config::Builtin completed(Owner owner) const;
  config::Builtin builtin(Owner owner) const;
  config::Pairs values_of(std::span<const std::string_view> names, Owner owner) const;
  void set_surroundings(Owner owner, sys::Child& child) const;
  void set_program(Owner owner, const config::Command& program, sys::Child& child) const;
  bool is_apart(Owner owner) const;
  void set_action(Owner owner, pid_t main_pid, sys::Child& child) const;
  sys::Task task(Owner owner, pid_t main_pid) const;
  sys::Task kept_output(Owner owner, sys::Child& program) const;
  static sys::Child program_of(sys::Child& child);
  static sys::Task shown_output(sys::Child& child, int viewer);
  sys::Condition condition(Owner owner, const hooks::Leaf& leaf) const;
  std::vector<std::string> texts(Owner owner) const;
  bool is_skipped(Owner owner) const;
  std::vector<Owner> owners() const;

  const config::Model& model_;
  Surroundings around_;
  std::vector<Launch> hooks_;
  Launch main_;
  std::optional<sys::Identity> server_{};  ///< unset: as we are
  config::FileValues files_;
  std::map<std::string, std::string>
      without_file_{};  ///< by variable: why its file gives it no value
  std::vector<std::string> secrets_;
  sys::CapabilitySet kept_;
  Refusal refusal_;
  std::vector<std::string> remarks_;
};

}  // namespace pintle::init
