#include "sys/new_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "sys/entry.hpp"

namespace pintle::sys {

Result<SplitPath> split_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (name.empty() || name == "." || name == "..") {
    return Error{"use", 0, path, "it names no file"};
  }
  if (slash == std::string::npos) return SplitPath{".", name};
  return SplitPath{slash == 0 ? "/" : path.substr(0, slash), name};
}

Error NewFile::failed(const char* what) const {
  Error error = Error::from_errno(what);
  error.subject = path_;
  return error;
}

namespace {

std::string own_name(const Fd& file) {
  return fmt::format("/proc/self/fd/{}", file.get());
}

/// A file without a name; none where it could not be given one later: a file system that cannot do
/// that, or a container without /proc.
Fd unnamed_file(const Fd& directory) {
  Fd file(::openat(directory.get(), ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600));
  if (file && ::access(own_name(file).c_str(), F_OK) < 0) return Fd();
  return file;
}

}  // namespace

Result<NewFile> NewFile::begin(const std::string& path) {
  const SplitPath split = TRY(split_path(path));
  Reached reached = TRY(reach_directory(split.directory, Missing::fail));
  if (Fd unnamed = unnamed_file(reached.directory)) {
    return NewFile(std::move(reached.directory), path, split.name, {}, std::move(unnamed));
  }
  const std::string temporary = temporary_name(split.name);
  Fd file(::openat(reached.directory.get(), temporary.c_str(),
                   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) {
    Error error = Error::from_errno("write");
    error.subject = path;
    return error;
  }
  return NewFile(std::move(reached.directory), path, split.name, temporary, std::move(file));
}

NewFile::~NewFile() {
  if (file_ && !temporary_.empty()) (void)::unlinkat(directory_.get(), temporary_.c_str(), 0);
}

Result<void> NewFile::write(std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file_.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("write");
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
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

/// rename(2) needs a name to come from.
Result<void> NewFile::name_it() {
  if (!temporary_.empty()) return {};
  std::string temporary = temporary_name(name_);
  if (::linkat(AT_FDCWD, own_name(file_).c_str(), directory_.get(), temporary.c_str(),
               AT_SYMLINK_FOLLOW) < 0) {
    return failed("name");
  }
  temporary_ = std::move(temporary);
  return {};
}

Result<void> NewFile::finish(const Ownership& ownership) {
  if (::fsync(file_.get()) < 0) return failed("sync");
  TRY(name_it());  // as its owner still: of somebody else's, link(2) needs CAP_FOWNER
  if (auto given = give_ownership(file_, ownership); !given) {
    Error error = std::move(given).error();
    error.subject = path_;
    return error;
  }
  if (::renameat(directory_.get(), temporary_.c_str(), directory_.get(), name_.c_str()) < 0) {
    return failed("rename into place");
  }
  file_.reset();
  // The rename is done and seen; that it survives a power cut is as much as the file system offers.
  const Fd folder(::openat(directory_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder) (void)::fsync(folder.get());
  return {};
}

}  // namespace pintle::sys
