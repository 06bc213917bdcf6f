// The built-in `rotate`: renames or copies log files that are too large or too old, begins new
// ones, and removes the oldest rotated ones.
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "actions/action.hpp"
#include "actions/ages.hpp"
#include "actions/path_params.hpp"
#include "actions/rotation.hpp"
#include "config/slots.hpp"
#include "sys/new_file.hpp"
#include "sys/tree.hpp"
#include "sys/walk.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::into;
using config::Key;
using config::Reader;
using config::text;

constexpr std::size_t kKeep = 5;

std::string check_rotated_path(const std::string& path) {
  std::string wrong = config::check_files_path(path);
  if (!wrong.empty() || !is_pattern(path)) return wrong;
  return check_tree_path(path.substr(0, path.rfind('/') + 1));  // of npos too
}

constexpr config::TextKind kLogPath{.check = check_rotated_path,
                                    .pattern = config::kFilesPath.pattern,
                                    .is_path = true,
                                    .takes_pattern = true};

constexpr std::string_view kMethods[] = {"rename", "copyTruncate"};

struct RotateParams {
  std::string path{};
  std::optional<std::int64_t> larger_than{};
  std::optional<Duration> older_than{};
  std::optional<std::size_t> keep{};
  std::optional<RotateMethod> method{};
};

constexpr Key<RotateParams> kRotateKeys[] = {
    {.name = "path",
     .value = text<&RotateParams::path, kLogPath>,
     .help = "The log file; the last component may be a pattern, fnmatch(3). If there is none, the "
             "action succeeds.",
     .example = "/var/log/app/*.log",
     .required = true},
    {"largerThan", into<&RotateParams::larger_than, &Reader::size>,
     "Rotate a file that has more content than this; the holes of a sparse file do not count.",
     "10MiB"},
    {"olderThan", into<&RotateParams::older_than, &Reader::positive_duration>,
     "Rotate a file that was created or last rotated longer ago than this.", "1d"},
    {"keep", config::count<&RotateParams::keep, 1>,
     "How many rotated files are kept. PATH.1 is the newest.", "14", "5"},
    {"method", config::word<&RotateParams::method, kMethods>,
     "rename: the file is renamed and replaced by a new one. copyTruncate: it is copied and "
     "emptied, for a program that appends to it and cannot reopen it; what it writes between the "
     "copy and the emptying is lost. If the program does not append, the file gets a hole, which "
     "no copy contains.",
     "copyTruncate", "rename"},
};

constexpr std::string_view kRotateLimits[] = {"largerThan", "olderThan"};
constexpr config::Rule kRotateRules[] = {{config::Rule::Type::at_least_one, kRotateLimits}};

RotateRules rotate_rules_in(const RotateParams& params) {
  RotateRules rules{.larger_than = params.larger_than};
  if (params.older_than) rules.begun_before = moment_before(*params.older_than);
  rules.keep = params.keep.value_or(kKeep);
  rules.method = params.method.value_or(RotateMethod::rename);
  return rules;
}

/// True for a name like "app.log.3": a rotated file.
bool is_rotated(std::string_view name) noexcept {
  const std::size_t digits = name.find_last_not_of("0123456789");
  return digits != std::string_view::npos && name[digits] == '.' && digits + 1 < name.size();
}

/// The regular files in `directory` that `pattern` means, by name.
Result<std::vector<std::string>> matching(const Fd& directory, const std::string& pattern) {
  std::vector<std::string> names = TRY(sys::names_in(directory));
  std::erase_if(names, [&](const std::string& name) {
    if (is_rotated(name) || ::fnmatch(pattern.c_str(), name.c_str(), FNM_PERIOD) != 0) return true;
    const auto entry = sys::look_at(directory, name, sys::Mounts::cross);
    return entry && *entry && !S_ISREG((*entry)->info.st_mode);
  });
  std::sort(names.begin(), names.end());
  return names;
}

using Each = std::function<Result<void>(const LogPlace& place, const Log& log)>;

/// Calls `each` for every file that is due. All have their turn; the first error is returned.
Result<void> for_due(const RotateParams& params, const RotateRules& rules, const Each& each) {
  const std::string path = params.path;
  if (std::string wrong = check_rotated_path(path); !wrong.empty()) {
    return Error{"rotate", 0, path, std::move(wrong)};  // its variables made it wrong
  }
  const sys::SplitPath split = TRY(sys::split_path(path));
  const auto reached = sys::reach_directory(split.directory, sys::Missing::fail);
  if (!reached && reached.error().code == ENOENT) return {};
  if (!reached) return reached.error();
  std::vector<std::string> names{split.name};
  if (is_pattern(split.name)) {
    TRY(about(path, sys::refuse_vital(reached->directory)));
    names = TRY(about(path, matching(reached->directory, split.name)));
  }
  const auto look = [&](const std::string& name) -> Result<void> {
    const LogPlace place{reached->directory, name, beside(path, name)};
    const auto log = TRY(find_log(place));
    return log && is_due(*log, rules) ? each(place, *log) : Result<void>();
  };
  Result<void> all;
  for (const std::string& name : names) {
    if (auto one = look(name); all && !one) all = std::move(one);
  }
  return all;
}

Result<std::string> run_rotate(const RotateParams& params, const Context&) {
  const RotateRules rules = rotate_rules_in(params);
  std::size_t files = 0;
  std::int64_t bytes = 0;
  const auto each = [&](const LogPlace& place, const Log& log) -> Result<void> {
    TRY(rotate(place, log, rules));
    ++files;
    bytes += log.size();
    return {};
  };
  TRY(for_due(params, rules, each));
  if (files == 0) return std::string("unchanged");
  return fmt::format("rotated {} files, {} bytes", files, bytes);
}

bool is_rotation_done(const RotateParams& params, const Context&) {
  bool is_any = false;
  const auto looked = for_due(params, rotate_rules_in(params), [&](const LogPlace&, const Log&) {
    is_any = true;
    return Result<void>();
  });
  return looked && !is_any;
}

Result<std::vector<Foreseen>> preview_rotate(const RotateParams& params, const Context&) {
  const RotateRules rules = rotate_rules_in(params);
  std::vector<Foreseen> all;
  const auto each = [&](const LogPlace& place, const Log& log) -> Result<void> {
    all.push_back({"rotate", place.path, log.size(), age_of(log.begun)});
    for (const std::string& name : TRY(too_many_after(place, log, rules.keep))) {
      const auto entry = TRY(sys::look_at(place.directory, name, sys::Mounts::cross));
      if (!entry) continue;
      all.push_back({"remove", place.path_of(name), std::int64_t{entry->info.st_size},
                     age_of(modified(entry->info))});
    }
    return {};
  };
  TRY(for_due(params, rules, each));
  return all;
}

}  // namespace

const Action kRotate{
    .spec = {.name = "rotate",
             .kinds = config::kActiveKinds,
             .help = "Rotate log files that are too large or too old: rename or copy them, and "
                     "begin new ones.",
             .params = config::params_of<kRotateKeys>(),
             .rules = kRotateRules},
    .run = erased<run_rotate>,
    .is_done = erased<is_rotation_done>,
    .preview = erased<preview_rotate>,
};

}  // namespace pintle::actions
