// The built-in `prune`: removes old files from a tree. It looks at all of them, chooses, and then
// removes those that have not changed meanwhile.
#include "actions/prune.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <numeric>
#include <set>

#include "actions/action.hpp"
#include "actions/ages.hpp"
#include "actions/path_params.hpp"
#include "config/slots.hpp"
#include "sys/tree.hpp"
#include "sys/walk.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::into;
using config::Key;
using config::Reader;
using config::text;

struct PruneParams {
  std::string path{};
  std::optional<Duration> older_than{};
  std::optional<std::int64_t> max_total_size{};
  std::optional<std::size_t> keep_last{};
  std::optional<std::string> pattern{};
  bool recursive = false;
  bool remove_empty = false;
};

constexpr Key<PruneParams> kPruneKeys[] = {
    {.name = "path",
     .value = text<&PruneParams::path, kTreePath>,
     .help = "The directory; not the root, nor in /proc, /sys or /dev (except /dev/shm). If it "
             "does not exist, the action succeeds.",
     .example = "/data/cache",
     .required = true},
    {"olderThan", into<&PruneParams::older_than, &Reader::duration>,
     "Remove files that were last modified longer ago than this.", "7d"},
    {"maxTotalSize", into<&PruneParams::max_total_size, &Reader::size>,
     "Remove the oldest files until the others together have at most this size.", "1GiB"},
    {"keepLast", config::count<&PruneParams::keep_last, 1>,
     "How many of the newest files are never removed. If it is the only limit, all others are "
     "removed.",
     "10"},
    {"pattern", into<&PruneParams::pattern, &Reader::expandable>,
     "Consider only files whose names match this pattern, fnmatch(3).", "*.log"},
    {"recursive", into<&PruneParams::recursive, &Reader::boolean>,
     "Whether the directories below are included.", "true", "false"},
    {"removeEmpty", into<&PruneParams::remove_empty, &Reader::boolean>,
     "Whether directories that became empty are removed.", "true", "false"},
};

constexpr std::string_view kPruneLimits[] = {"olderThan", "maxTotalSize", "keepLast"};
constexpr config::Rule kPruneRules[] = {{config::Rule::Type::at_least_one, kPruneLimits}};

using FileId = std::pair<dev_t, ino_t>;

FileId id_of(const struct stat& info) noexcept {
  return {info.st_dev, info.st_ino};
}

/// A file to remove, or some of its names.
struct Victim {
  std::int64_t modified = 0;
  std::int64_t names = 0;
};

PruneRules prune_rules_in(const PruneParams& params) {
  PruneRules rules{.most_bytes = params.max_total_size, .keep_last = params.keep_last};
  if (params.older_than) rules.modified_before = moment_before(*params.older_than);
  return rules;
}

class Pruning {
 public:
  Pruning(const PruneParams& params, const Fd& root)
      : params_(params), root_(root), path_(params.path) {}

  /// Looks at all files and chooses those to remove.
  Result<bool> finds_any() {
    TRY(visit([this](const sys::Visit& one) { return note(one); }, {}));
    for (const std::size_t index : choose(files_, prune_rules_in(params_))) {
      Victim& victim = victims_[ids_[index]];
      victim.modified = files_[index].modified;
      ++victim.names;
    }
    return !victims_.empty();
  }

  /// The files that would be removed, the oldest first.
  Result<std::vector<Foreseen>> foresee() {
    std::vector<Foreseen> all;
    if (!TRY(finds_any())) return all;
    TRY(visit(
        [&](const sys::Visit& one) -> Result<void> {
          remember(one);
          if (takes(one)) {
            all.push_back({"remove", path(), std::int64_t{one.entry.info.st_size},
                           age_of(modified(one.entry.info))});
          }
          return {};
        },
        {}));
    std::sort(all.begin(), all.end(), [](const Foreseen& a, const Foreseen& b) {
      return std::pair(b.age, a.path) < std::pair(a.age, b.path);
    });
    return all;
  }

  Result<std::string> run() {
    if (!TRY(finds_any())) return std::string("unchanged");
    TRY(visit([this](const sys::Visit& one) { return remove(one); },
              [this](const sys::Visit& one) { return leave(one); }));
    return fmt::format("removed {} files, {} bytes", removed_, bytes_);
  }

 private:
  using Each = std::function<Result<void>(const sys::Visit&)>;

  Result<void> visit(Each each, Each leave) {
    const sys::Visitor visitor{std::move(each), std::move(leave), params_.recursive};
    (void)TRY(sys::visit_tree(root_, path_, visitor));
    return {};
  }

  bool is_meant(const sys::Visit& one) const {
    if (!S_ISREG(one.entry.info.st_mode)) return false;
    return !params_.pattern ||
           ::fnmatch(params_.pattern->c_str(), one.name.c_str(), FNM_PERIOD) == 0;
  }

  Result<void> note(const sys::Visit& one) {
    if (!is_meant(one)) return {};
    files_.push_back({modified(one.entry.info), std::int64_t{one.entry.info.st_size}});
    ids_.push_back(id_of(one.entry.info));
    return {};
  }

  /// True if the file was chosen and has not been written meanwhile. If a file has several names,
  /// as many of them as were chosen.
  bool takes(const sys::Visit& one) {
    const auto victim = victims_.find(id_of(one.entry.info));
    if (victim == victims_.end() || !is_meant(one)) return false;
    if (victim->second.modified != modified(one.entry.info)) return false;
    return victim->second.names-- > 0;
  }

  /// Call it for each entry, directories before their content.
  void remember(const sys::Visit& one) {
    names_.resize(one.depth);
    names_.push_back(one.name);
  }

  /// Of what was remembered last.
  std::string path() const {
    return fmt::format("{}{}{}", path_, path_.ends_with('/') ? "" : "/", fmt::join(names_, "/"));
  }

  Result<void> remove(const sys::Visit& one) {
    if (!takes(one)) return {};
    if (!TRY(sys::remove_name(one.directory, one.name, one.entry.info))) return {};
    ++removed_;
    bytes_ += std::int64_t{one.entry.info.st_size};
    TRY(note_emptier(one));
    return {};
  }

  Result<void> note_emptier(const sys::Visit& one) {
    if (one.depth > 0) emptier_.insert(id_of(TRY(sys::stat_of(one.directory))));
    return {};
  }

  Result<void> leave(const sys::Visit& one) {
    if (!params_.remove_empty || !emptier_.contains(id_of(one.entry.info))) return {};
    const auto gone = sys::remove_name(one.directory, one.name, one.entry.info);
    if (gone) return note_emptier(one);
    const int code = gone.error().code;
    return code == ENOTEMPTY || code == EEXIST ? Result<void>() : gone.error();
  }

  const PruneParams& params_;
  const Fd& root_;
  const std::string path_;
  std::vector<OldFile> files_;
  std::vector<FileId> ids_;
  std::map<FileId, Victim> victims_;
  std::set<FileId> emptier_;        // directories that something was removed from
  std::vector<std::string> names_;  // from the root to what is visited
  std::size_t removed_ = 0;
  std::int64_t bytes_ = 0;
};

/// The directory; nullopt if it does not exist.
Result<Fd> directory_in(const PruneParams& params) {
  const std::string path = params.path;
  if (std::string wrong = check_tree_path(path); !wrong.empty()) {
    return Error{"prune", 0, path, std::move(wrong)};  // its variables made it wrong
  }
  auto reached = sys::reach_directory(path, sys::Missing::fail);
  if (!reached && reached.error().code == ENOENT) return Fd();
  if (!reached) return reached.error();
  return std::move(reached->directory);
}

Result<std::string> run_prune(const PruneParams& params, const Context&) {
  const Fd directory = TRY(directory_in(params));
  if (!directory) return std::string("unchanged");
  return Pruning(params, directory).run();
}

Result<std::vector<Foreseen>> preview_prune(const PruneParams& params, const Context&) {
  const Fd directory = TRY(directory_in(params));
  if (!directory) return std::vector<Foreseen>();
  return Pruning(params, directory).foresee();
}

bool is_pruned(const PruneParams& params, const Context&) {
  const auto directory = directory_in(params);
  if (!directory || !*directory) return bool(directory);
  const auto any = Pruning(params, *directory).finds_any();
  return any && !*any;
}

}  // namespace

std::vector<std::size_t> choose(const std::vector<OldFile>& files, const PruneRules& rules) {
  std::vector<std::size_t> oldest_first(files.size());
  std::iota(oldest_first.begin(), oldest_first.end(), std::size_t{0});
  std::stable_sort(oldest_first.begin(), oldest_first.end(), [&](std::size_t a, std::size_t b) {
    return files[a].modified < files[b].modified;
  });
  std::int64_t bytes = 0;
  for (const OldFile& file : files) bytes += file.size;
  const std::size_t kept = std::min(rules.keep_last.value_or(0), files.size());
  const bool only_newest = !rules.modified_before && !rules.most_bytes;
  std::size_t count = 0;
  for (; count < files.size() - kept; ++count) {
    const OldFile& file = files[oldest_first[count]];
    const bool is_old = rules.modified_before && file.modified < *rules.modified_before;
    const bool is_too_much = rules.most_bytes && bytes > *rules.most_bytes;
    if (!only_newest && !is_old && !is_too_much) break;
    bytes -= file.size;
  }
  oldest_first.resize(count);
  return oldest_first;
}

const Action kPrune{
    .spec = {.name = "prune",
             .kinds = config::kActiveKinds,
             .help = "Remove old files from a directory.",
             .params = config::params_of<kPruneKeys>(),
             .rules = kPruneRules},
    .run = erased<run_prune>,
    .is_done = erased<is_pruned>,
    .preview = erased<preview_prune>,
};

}  // namespace pintle::actions
