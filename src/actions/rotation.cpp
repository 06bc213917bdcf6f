#include "actions/rotation.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "actions/path_params.hpp"
#include "sys/file.hpp"
#include "sys/new_file.hpp"

namespace pintle::actions {
namespace {

constexpr mode_t kRotationPermissions = 0777;  // a log is no program: no set-user-ID bits

bool is_same(const struct stat& a, const struct stat& b) noexcept {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

Result<std::optional<sys::Entry>> look(const LogPlace& place, const std::string& name) {
  return about(place.path_of(name), sys::look_at(place.directory, name, sys::Mounts::cross));
}

/// The last of the numbers `first`, `first` + 1 … that are taken without a gap; `first` - 1 if
/// none.
Result<std::size_t> last_in_a_row(const LogPlace& place, std::size_t first) {
  while (TRY(look(place, place.rotated(first)))) ++first;
  return first - 1;
}

/// Whether the kernel lets nobody link files that are neither his nor his to write, proc(5).
bool are_links_protected() {
  const auto setting = sys::read_file("/proc/sys/fs/protected_hardlinks", 16);
  return setting && setting->starts_with('1');
}

/// Of a file that we may not read, what it says.
Result<std::int64_t> rotated_content_of(const LogPlace& place, const sys::Entry& log) {
  const off_t size = log.info.st_size;
  if (std::int64_t{log.info.st_blocks} * 512 >= size) return std::int64_t{size};
  const auto file = sys::reopen(log.fd, place.directory.get(), place.name, O_RDONLY);
  if (!file) return std::int64_t{size};
  return sys::content_size(*file, size);
}

class Rotation {
 public:
  Rotation(const LogPlace& place, const Log& log, std::size_t keep)
      : place_(place), log_(log), keep_(keep) {}

  Result<void> by_rename() {
    sys::NewFile fresh = TRY(sys::NewFile::begin_in(place_.directory, place_.name, place_.path));
    TRY(fresh.prepare(ownership()));
    TRY(make_room());
    // Both names, then the new file in one step: whoever opens the log finds one at any time.
    const bool has_both =
        TRY(named(sys::link_name(place_.directory, place_.name, place_.rotated(1))));
    if (auto made = has_both ? fresh.place() : rename_and_make(); !made) {
      if (has_both) (void)remove(place_.rotated(1));
      return made;
    }
    return remove_too_many();
  }

  Result<void> by_copy() {
    const Fd file = TRY(open_log());
    TRY(refuse_planted());
    sys::NewFile copy = TRY(sys::NewFile::begin_in(place_.directory, place_.rotated(1),
                                                   fmt::format("{}.1", place_.path)));
    const off_t seen = TRY(size_of(file));
    TRY(copy.copy_content(file, 0, seen));
    TRY(make_room());
    TRY(copy.take_free_name(ownership()));
    if (auto cut = cut_off(file, copy, seen); !cut) {
      (void)remove(place_.rotated(1));
      return cut;
    }
    return remove_too_many();
  }

  /// What an end in the middle may have left.
  Result<void> mend() {
    if (log_.was_interrupted) TRY(remove(place_.rotated(1)));
    for (const std::string& name : TRY(named(sys::names_in(place_.directory)))) {
      const bool is_left = sys::is_temporary_name(name, place_.name) ||
                           sys::is_temporary_name(name, place_.rotated(1));
      if (is_left) TRY(remove(name));
    }
    return {};
  }

 private:
  template <class T>
  Result<T> named(Result<T> result) const {
    return about(place_.path, std::move(result));
  }

  sys::Ownership ownership() const noexcept {
    const struct stat& info = log_.entry.info;
    return {.uid = info.st_uid, .gid = info.st_gid, .mode = info.st_mode & kRotationPermissions};
  }

  /// NAME.1 is free afterwards. From the last on, so that no file is ever replaced.
  Result<void> make_room() {
    for (std::size_t number = log_.rotated; number > 0; --number) {
      TRY(named(
          sys::rename_name(place_.directory, place_.rotated(number), place_.rotated(number + 1))));
    }
    return {};
  }

  /// On file systems without hard links there is a moment without a log; if its writer makes one
  /// meanwhile, that is left alone.
  Result<void> rename_and_make() {
    TRY(named(sys::rename_name(place_.directory, place_.name, place_.rotated(1))));
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    const Fd fresh(::openat(place_.directory.get(), place_.name.c_str(), kFlags, 0600));
    if (!fresh && errno == EEXIST) return {};
    if (!fresh) return named(Result<void>(Error::from_errno("make")));
    return named(sys::give_ownership(fresh, ownership()));
  }

  Result<Fd> open_log() const {
    return named(sys::reopen(log_.entry.fd, place_.directory.get(), place_.name, O_RDWR));
  }

  Result<void> refuse_planted() const {
    const struct stat directory = TRY(named(sys::stat_of(place_.directory)));
    if (::geteuid() != 0 || are_links_protected()) return {};
    if (!could_be_planted(directory, log_.entry.info)) return {};
    return place_.failed("truncate",
                         "others may put links into its directory (fs.protected_hardlinks is off); "
                         "let the hook run as the user of the file, not as root");
  }

  Result<off_t> size_of(const Fd& file) const {
    const auto info = TRY(named(sys::stat_of(file)));
    return off_t{info.st_size};
  }

  /// What came since the copy, once: a writer who is faster than the copy has no end.
  Result<void> cut_off(const Fd& file, sys::NewFile& copy, off_t copied) const {
    const off_t seen = TRY(size_of(file));
    TRY(copy.copy_content(file, copied, seen));
    if (::ftruncate(file.get(), 0) < 0) {
      return named(Result<void>(Error::from_errno("truncate")));
    }
    (void)::fsync(copy.descriptor());
    return {};
  }

  /// Last, when everything else is in its place; from the end, so that no gap hides any.
  Result<void> remove_too_many() {
    for (std::size_t last = TRY(last_in_a_row(place_, 1)); last > keep_; --last) {
      TRY(remove(place_.rotated(last)));
    }
    return {};
  }

  Result<void> remove(const std::string& name) const {
    (void)TRY(about(place_.path_of(name), sys::remove_name(place_.directory, name, {})));
    return {};
  }

  const LogPlace& place_;
  const Log& log_;
  std::size_t keep_;
};

}  // namespace

std::string LogPlace::rotated(std::size_t number) const {
  return fmt::format("{}.{}", name, number);
}

std::string LogPlace::path_of(const std::string& other) const {
  return beside(path, other);
}

Result<std::optional<Log>> find_log(const LogPlace& place) {
  auto entry = TRY(look(place, place.name));
  if (!entry) return std::optional<Log>();
  if (!S_ISREG(entry->info.st_mode)) return place.failed("rotate", "it is not a regular file");
  Log log{.entry = *std::move(entry)};
  log.content = TRY(about(place.path, rotated_content_of(place, log.entry)));
  log.begun = TRY(about(place.path, sys::oldest_time(log.entry.fd)));
  const auto first = TRY(look(place, place.rotated(1)));
  log.was_interrupted = first && is_same(first->info, log.entry.info);
  if (first && !log.was_interrupted) {
    log.begun = std::max(log.begun, TRY(about(place.path, sys::oldest_time(first->fd))));
    log.rotated = TRY(last_in_a_row(place, 2));
  }
  const nlink_t names = log.was_interrupted ? 2 : 1;
  if (::geteuid() == 0 && log.entry.info.st_nlink != names) {
    return place.failed("rotate", "it has other names, which root does not trust");
  }
  return std::optional<Log>(std::move(log));
}

bool could_be_planted(const struct stat& directory, const struct stat& file) noexcept {
  const bool is_shared = (directory.st_mode & 022) != 0;
  return is_shared || (directory.st_uid != 0 && directory.st_uid != file.st_uid);
}

bool is_due(const Log& log, const RotateRules& rules) noexcept {
  if (log.size() == 0) return false;
  return (rules.larger_than && log.size() > *rules.larger_than) ||
         (rules.begun_before && log.begun < *rules.begun_before);
}

Result<std::vector<std::string>> too_many_after(const LogPlace& place, const Log& log,
                                                std::size_t keep) {
  // Those up to the gap move up by one, and so close it; the ones behind it stay.
  const std::size_t last = TRY(last_in_a_row(place, log.rotated + 2));
  std::vector<std::string> names;
  for (std::size_t number = keep + 1; number <= last; ++number) {
    names.push_back(place.rotated(number <= log.rotated + 1 ? number - 1 : number));
  }
  return names;
}

Result<void> rotate(const LogPlace& place, const Log& log, const RotateRules& rules) {
  Rotation rotation(place, log, rules.keep);
  TRY(rotation.mend());
  return rules.method == RotateMethod::rename ? rotation.by_rename() : rotation.by_copy();
}

}  // namespace pintle::actions
