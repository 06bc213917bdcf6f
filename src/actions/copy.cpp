// The built-in `copy`: a file, or a tree of directories, files and symbolic links. It compares
// first, follows no link in the source or in the copy, and keeps few descriptors open.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "actions/action.hpp"
#include "actions/content.hpp"
#include "actions/ownership_params.hpp"
#include "actions/path_params.hpp"
#include "sys/file.hpp"
#include "sys/tree.hpp"
#include "sys/walk.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::into;
using config::Key;
using config::Reader;
using config::text;

/// How many levels of the copy keep their descriptor open; the levels above are opened again by
/// "..", as in sys/tree.cpp.
constexpr std::size_t kMostHeld = 16;

constexpr const char* kInItself = "the copy would be in the directory that is copied";

struct CopyParams {
  std::string source{};
  std::string destination{};
  std::optional<mode_t> mode{};
  std::optional<mode_t> directory_mode{};
  std::optional<std::string> owner{};
  bool only_if_missing = false;
};

constexpr Key<CopyParams> kCopyKeys[] = {
    {.name = "source",
     .value = text<&CopyParams::source, kPath>,
     .help = "A file, or a directory with everything in it. Other mounts, sockets, FIFOs and "
             "devices are not copied.",
     .example = "/usr/src/app",
     .required = true},
    {.name = "destination",
     .value = text<&CopyParams::destination, kEntryPath>,
     .help = "The path of the copy itself; its parent directory must exist. What is only in the "
             "destination stays there.",
     .example = "/var/www/app",
     .required = true},
    {"onlyIfMissing", into<&CopyParams::only_if_missing, &Reader::boolean>,
     "Whether files, links and directories that exist are left as they are.", "true", "false"},
    {"mode", into<&CopyParams::mode, &Reader::mode>,
     "The mode of files, in octal. Default: that of the source without set-user-ID, set-group-ID "
     "and sticky bits.",
     "0640"},
    {"directoryMode", into<&CopyParams::directory_mode, &Reader::mode>,
     "The mode of directories, in octal. Default: as for files. An existing directory of another "
     "user keeps its mode.",
     "0750"},
    kOwnerKey<CopyParams>,
};

/// A copy inside its source would grow at each start.
std::string check_paths(const CopyParams& params) {
  if (!config::is_final(params.source) || !config::is_final(params.destination)) return {};
  const bool is_same = params.source == params.destination;
  return is_same || params.destination.starts_with(params.source + "/") ? kInItself : "";
}

/// A directory of the copy that is being filled.
struct Level {
  std::string name;
  sys::Entry entry;         ///< its descriptor is open if it is one of the deepest levels
  sys::Ownership wanted{};  ///< which it gets when its content is complete
  bool was_made = false;
};

class Copying {
 public:
  Copying(const CopyParams& params, const Owner& owner, const sys::Place& place)
      : params_(params), owner_(owner), place_(place) {}

  /// Errors: `source` can be neither read nor copied; the copy cannot be written.
  Result<void> run(const Fd& source) {
    const auto info = TRY(about(params_.source, sys::stat_of(source)));
    if (S_ISREG(info.st_mode)) {
      return put_file(
          place_.name,
          TRY(about(params_.source, sys::reopen(source, AT_FDCWD, params_.source, O_RDONLY))),
          info);
    }
    if (!S_ISDIR(info.st_mode)) {
      return Error{"copy", 0, params_.source, "it is a socket, a FIFO or a device"};
    }
    TRY(about(params_.source, sys::refuse_vital(source)));
    TRY(refuse_itself(info));
    TRY(enter(place_.name, info));
    const sys::Visitor visitor{.each = [this](const sys::Visit& one) { return copy(one); }};
    mounts_ = TRY(sys::visit_tree(source, params_.source, visitor));
    TRY(leave_down_to(0));
    return changed_ > 0 ? about(params_.destination, sys::sync_file_system(place_.directory))
                        : Result<void>();
  }

  std::string said() const {
    std::string done = changed_ == 0   ? "unchanged"
                       : changed_ == 1 ? "copied 1 entry"
                                       : fmt::format("copied {} entries", changed_);
    if (others_ > 0) done += fmt::format("; did not copy {} sockets, FIFOs and devices", others_);
    if (mounts_ > 0) done += fmt::format("; did not copy {} mounts", mounts_);
    return done;
  }

 private:
  const Fd& here() const noexcept {
    return levels_.empty() ? place_.directory : levels_.back().entry.fd;
  }

  std::string path_of(const std::string& name) const {
    if (levels_.empty()) return params_.destination;
    std::string path = params_.destination;
    for (std::size_t i = 1; i < levels_.size(); ++i) path += "/" + levels_[i].name;
    return path + "/" + name;
  }

  Result<void> refuse_itself(const struct stat& source) {
    const auto there = TRY(look(place_.name));
    const bool is_source = there && sys::is_same(there->info, source);
    if (!is_source && !TRY(sys::is_within(place_.directory, source))) return {};
    return Error{"copy", 0, params_.source, kInItself};
  }

  Result<std::optional<sys::Entry>> look(const std::string& name) const {
    auto there = sys::look_at(here(), name, sys::Mounts::cross);
    return there ? std::move(there) : about(path_of(name), std::move(there));
  }

  Result<void> copy(const sys::Visit& one) {
    TRY(leave_down_to(one.depth + 1));
    const struct stat& info = one.entry.info;
    if (S_ISDIR(info.st_mode)) return enter(one.name, info);
    if (S_ISLNK(info.st_mode)) return put_link(one.name, TRY(sys::read_link(one.entry)));
    if (S_ISREG(info.st_mode)) {
      return put_file(
          one.name, TRY(sys::reopen(one.entry.fd, one.directory.get(), one.name, O_RDONLY)), info);
    }
    ++others_;
    return {};
  }

  Result<void> put_file(const std::string& name, Fd source, const struct stat& info) {
    const auto there = TRY(look(name));
    if (there && params_.only_if_missing) return {};
    const std::string path = path_of(name);
    const Target target{here(), name, there, path};
    Content content;
    content.files.push_back(std::move(source));
    const sys::Ownership wanted{owner_.uid, owner_.gid,
                                params_.mode.value_or(sys::mode_of_copy(info))};
    const Sync sync = levels_.empty() ? Sync::at_once : Sync::later;
    if (TRY(put_in_place(target, content, wanted, sync)) != "unchanged") ++changed_;
    return {};
  }

  Result<void> put_link(const std::string& name, const std::string& target) {
    const auto there = TRY(look(name));
    if (there && params_.only_if_missing) return {};
    const std::string path = path_of(name);
    if (there && S_ISDIR(there->info.st_mode)) {
      return Error{"replace", 0, path, "it is a directory"};
    }
    const bool is_link = there && S_ISLNK(there->info.st_mode);
    if (is_link && TRY(about(path, sys::read_link(*there))) == target) return {};
    ++changed_;
    return about(path, sys::place_link(here(), name, target));
  }

  /// Makes the directory if it is missing, and goes into it.
  Result<void> enter(const std::string& name, const struct stat& source) {
    const std::string path = path_of(name);
    auto there = TRY(look(name));
    const bool was_there = there.has_value();
    if (!was_there) {
      ++changed_;
      if (::mkdirat(here().get(), name.c_str(), 0700) < 0 && errno != EEXIST) {
        return about(path, Result<void>(Error::from_errno("make the directory")));
      }
      there = TRY(look(name));
      // Set it now too: a copy that is stopped in the middle is not completed with `onlyIfMissing`.
      sys::Ownership for_now = wanted_of(source);
      if (for_now.mode) *for_now.mode |= S_IRWXU;
      if (there) TRY(about(path, sys::give_ownership(there->fd, for_now)));
    }
    if (!there) return Error{"enter", ENOENT, path, {}};
    if (!S_ISDIR(there->info.st_mode)) {
      return Error{"replace", 0, path, "it is not a directory"};
    }
    const sys::Ownership wanted = was_there ? wanted_of(there->info, source) : wanted_of(source);
    levels_.push_back({name, *std::move(there), wanted, !was_there});
    if (levels_.size() > kMostHeld) levels_[levels_.size() - 1 - kMostHeld].entry.fd.reset();
    return {};
  }

  sys::Ownership wanted_of(const struct stat& source) const {
    return {owner_.uid, owner_.gid, params_.directory_mode.value_or(sys::mode_of_copy(source))};
  }

  /// Of a directory that is there.
  sys::Ownership wanted_of(const struct stat& there, const struct stat& source) const {
    if (params_.only_if_missing) return {};
    const bool may_be_volume = !params_.owner && there.st_uid != ::geteuid();
    if (may_be_volume) return {.mode = params_.directory_mode};
    return wanted_of(source);
  }

  Result<void> leave_down_to(std::size_t depth) {
    while (levels_.size() > depth) TRY(leave());
    return {};
  }

  Result<void> leave() {
    const Level done = std::move(levels_.back());
    levels_.pop_back();
    const std::string path = path_of(done.name);
    // Before the mode is set: it may remove the permission to search the directory.
    TRY(about(path, hold_last(done.entry.fd)));
    if (TRY(about(path, sys::has_ownership(done.entry.fd, done.wanted)))) return {};
    if (!done.was_made) ++changed_;
    return about(path, sys::give_ownership(done.entry.fd, done.wanted));
  }

  /// Opens the descriptor of the last level again. Errors: it was moved, or the one `below` it.
  Result<void> hold_last(const Fd& below) {
    if (levels_.empty() || levels_.back().entry.fd) return {};
    sys::Entry& last = levels_.back().entry;
    last.fd = sys::parent_of(below);
    const auto info = sys::stat_of(last.fd);
    if (info && sys::is_same(*info, last.info)) return {};
    return Error{"leave", 0, {}, "another process has moved it meanwhile"};
  }

  const CopyParams& params_;
  const Owner& owner_;
  const sys::Place& place_;
  std::vector<Level> levels_;
  std::size_t changed_ = 0;
  std::size_t others_ = 0;
  std::size_t mounts_ = 0;
};

Result<std::string> run_copy(const CopyParams& params, const Context& context) {
  const Owner owner = TRY(resolve_owner(params.owner, context.accounts));
  const Fd source = TRY(sys::reach_anything(params.source));
  const sys::Place place = TRY(about(params.destination, sys::reach_place(params.destination)));
  Copying copying(params, owner, place);
  TRY(copying.run(source));
  return copying.said();
}

}  // namespace

const Action kCopy{
    .spec = {.name = "copy",
             .kinds = config::kActiveKinds,
             .help = "Copy a file, or a tree of directories, files and symbolic links. Only what "
                     "differs is changed.",
             .params = config::params_of<kCopyKeys>(),
             .check = erased<check_paths>},
    .run = erased<run_copy>,
};

}  // namespace pintle::actions
