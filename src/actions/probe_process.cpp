// The probe `process`: main, or the process of a pid file, is alive.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "actions/action.hpp"
#include "actions/path_params.hpp"
#include "config/slots.hpp"
#include "sys/file.hpp"
namespace pintle::actions {
namespace {

using config::erased;
using config::Key;
using config::text;

std::string check_target(const std::string& target) {
  if (target == kMainProcess) return {};
  return target.starts_with('/')
             ? check_entry_path(target)
             : "write \"main\", or the path of a pid file, which begins with \"/\"";
}
constexpr std::string_view kTargetPattern =
    R"(^(?:main|/(?:.*/)?(?:[^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+))$)";
constexpr config::TextKind kTarget{
    .check = check_target, .pattern = [] { return kTargetPattern; }, .is_path = true};

Error not_alive(std::string detail) {
  return {"find the process alive", 0, {}, std::move(detail)};
}

/// The state letter of proc_pid_stat(5); it follows the name, which may hold anything.
Result<char> process_state_of(pid_t pid) {
  constexpr std::size_t kLargestStat = 4096;
  const auto stat = sys::read_file(fmt::format("/proc/{}/stat", pid), kLargestStat);
  if (!stat && stat.error().code == ENOENT) return not_alive(fmt::format("there is no {}", pid));
  if (!stat) return stat.error();
  const std::size_t name_end = stat->rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= stat->size()) {
    return not_alive(fmt::format("/proc/{}/stat cannot be parsed", pid));
  }
  return (*stat)[name_end + 2];
}

Result<pid_t> pid_in(const std::string& path) {
  constexpr std::size_t kLargestPidFile = 64;
  const std::string text = TRY(sys::read_file(path, kLargestPidFile));
  // What else FHS 3.0 section 3.15.2 wants readers to bear: blanks, and further lines.
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  std::string_view digits = text;
  digits.remove_prefix(std::min(digits.find_first_not_of(kBlanks), digits.size()));
  digits = digits.substr(0, digits.find_first_of(kBlanks));
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
  if (error == std::errc() && end == digits.data() + digits.size() && pid > 0) return pid;
  return Error{"use the pid file", 0, path, "it does not begin with a pid"};
}

struct ProcessParams {
  std::string target{};
};

constexpr Key<ProcessParams> kProbeProcessKeys[] = {
    {.name = "target",
     .value = text<&ProcessParams::target, kTarget>,
     .help =
         "The process that must be alive and not a zombie: \"main\", or the path of a pid file.",
     .example = "/run/nginx.pid",
     .required = true},
};

Result<std::string> run_probe_process(const ProcessParams& params, const Context& context) {
  const std::string target = params.target;
  const bool is_main = target == kMainProcess;
  const pid_t pid = is_main ? context.main_pid : TRY(pid_in(target));
  if (pid == 0) return not_alive("main is not running");
  const char state = TRY(process_state_of(pid));
  if (state == 'Z' || state == 'X') return not_alive(fmt::format("{} is dead", pid));
  return fmt::format("{} is alive", pid);
}

}  // namespace

const Action kProbeProcess{.spec = {.name = "process",
                                    .kinds = config::kChecks,
                                    .help = "Check that a process is alive.",
                                    .params = config::params_of<kProbeProcessKeys>(),
                                    .shorthand = "target"},
                           .run = erased<run_probe_process>,
                           .command = "process"};

}  // namespace pintle::actions
