#include "sys/new_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sys/entry.hpp"
#include "sys/file.hpp"
#include "sys/walk.hpp"

namespace pintle::sys {

Result<SplitPath> split_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (name.empty() || name == "." || name == "..") {
    return Error{"use", 0, path, "it is not the path of a file"};
  }
  if (slash == std::string::npos) return SplitPath{".", name};
  return SplitPath{slash == 0 ? "/" : path.substr(0, slash), name};
}

/// rename(2) refuses a mount point: a file of a volume that is mounted by itself.
constexpr const char* kIsMounted =
    "it is mounted by itself and cannot be replaced; mount its directory instead";

Error NewFile::failed(const char* what) const {
  Error error = Error::from_errno(what);
  error.subject = path_;
  return error;
}

namespace {

std::string own_name(const Fd& file) {
  return fmt::format("/proc/self/fd/{}", file.get());
}

/// Creates a file without a name. Empty if it could not get a name later: the file system does not
/// support O_TMPFILE, or there is no /proc.
Fd unnamed_file(const Fd& directory) {
  Fd file(::openat(directory.get(), ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600));
  if (file && ::access(own_name(file).c_str(), F_OK) < 0) return Fd();
  return file;
}

}  // namespace

Result<NewFile> NewFile::begin(const std::string& path) {
  const SplitPath split = TRY(split_path(path));
  const Reached reached = TRY(reach_directory(split.directory, Missing::fail));
  return begin_in(reached.directory, split.name, path);
}

Result<NewFile> NewFile::begin_in(const Fd& directory, const std::string& name,
                                  const std::string& path) {
  Fd held(::fcntl(directory.get(), F_DUPFD_CLOEXEC, 0));
  if (!held) return about(path, Result<NewFile>(Error::from_errno("write")));
  if (Fd unnamed = unnamed_file(held)) {
    return NewFile(std::move(held), path, name, {}, std::move(unnamed));
  }
  const std::string temporary = temporary_name(name);
  Fd file(::openat(held.get(), temporary.c_str(),
                   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return about(path, Result<NewFile>(Error::from_errno("write")));
  return NewFile(std::move(held), path, name, temporary, std::move(file));
}

NewFile::~NewFile() {
  if (file_ && !temporary_.empty()) (void)::unlinkat(directory_.get(), temporary_.c_str(), 0);
}

Result<void> NewFile::write(std::string_view content) {
  return about(path_, write_all(file_.get(), content, "write"));
}

Result<void> NewFile::copy_from(const Fd& source) {
  char chunk[65536];
  for (;;) {
    const ssize_t got = ::read(source.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read what is to become");
    if (got == 0) return {};
    TRY(write({chunk, static_cast<std::size_t>(got)}));
  }
}

Result<void> NewFile::copy_extent(const Fd& source, off_t from, off_t end) {
  char chunk[65536];
  while (from < end) {
    const auto size = std::min<std::size_t>(sizeof chunk, static_cast<std::size_t>(end - from));
    const ssize_t got = ::pread(source.get(), chunk, size, from);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read what is to become");
    if (got == 0) return {};  // the source was truncated
    TRY(write({chunk, static_cast<std::size_t>(got)}));
    from += got;
  }
  return {};
}

Result<void> NewFile::copy_content(const Fd& source, off_t from, off_t end) {
  for (bool is_first = true;; is_first = false) {
    const auto content = TRY(about(path_, next_content(source, from, end)));
    if (!content) return {};
    const off_t hole = is_first ? 0 : content->begin - from;
    if (::lseek(file_.get(), hole, SEEK_CUR) < 0) return failed("write");
    TRY(copy_extent(source, content->begin, content->end));
    from = content->end;
  }
}

Result<void> NewFile::name_it(std::string name) {
  if (::linkat(AT_FDCWD, own_name(file_).c_str(), directory_.get(), name.c_str(),
               AT_SYMLINK_FOLLOW) < 0) {
    return failed("name");
  }
  temporary_ = std::move(name);
  return {};
}

Result<void> NewFile::prepare(const Ownership& ownership) {
  if (syncs_ && ::fsync(file_.get()) < 0) return failed("sync");
  // rename(2) needs a name, so the file gets a random one now, while it belongs to this process and
  // has mode 0600: linkat(2) of another user's file, or of a set-user-ID file, needs CAP_FOWNER.
  if (temporary_.empty()) TRY(name_it(temporary_name(name_)));
  return about(path_, give_ownership(file_, ownership));
}

Result<void> NewFile::place() {
  if (::renameat(directory_.get(), temporary_.c_str(), directory_.get(), name_.c_str()) < 0) {
    Error error = failed("rename into place");
    if (error.code == EBUSY) error.detail = kIsMounted;
    return error;
  }
  file_.reset();
  // The rename is done and visible. An error here does not matter: whether it survives a power
  // failure depends on the file system.
  if (syncs_) sync_names(directory_);
  return {};
}

Result<void> NewFile::finish(const Ownership& ownership) {
  TRY(prepare(ownership));
  return place();
}

Result<void> NewFile::take_free_name(const Ownership& ownership) {
  TRY(prepare(ownership));
  TRY(about(path_, rename_to_free(directory_, temporary_, name_)));
  temporary_.clear();
  if (syncs_) sync_names(directory_);
  return {};
}

}  // namespace pintle::sys
