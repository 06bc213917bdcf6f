#include "sys/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/fd.hpp"
#include "sys/as_owner.hpp"
#include "sys/walk.hpp"

namespace pintle::sys {

namespace {

Error failed(const char* what, const std::string& path) {
  Error error = Error::from_errno(what);
  error.subject = path;
  return error;
}

/// Reads at `offset` until `chunk` is full or the file ends.
Result<std::size_t> read_at(int file, char* chunk, std::size_t size, std::size_t offset) {
  std::size_t done = 0;
  while (done < size) {
    const auto at = static_cast<off_t>(offset + done);
    const ssize_t got = ::pread(file, chunk + done, size - done, at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error::from_errno("read");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace

Result<Fd> reopen(const Fd& held, int directory, const std::string& name, int flags) {
  const int all = flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  const std::string by_descriptor = fmt::format("/proc/self/fd/{}", held.get());
  const long opened_as = or_as_owner(held.get(), [&] {
    const int found = ::open(by_descriptor.c_str(), all);
    return found < 0 && errno == ENOENT ? ::openat(directory, name.c_str(), all)  // without /proc
                                        : found;
  });
  Fd file(static_cast<int>(opened_as));
  struct stat wanted {};
  struct stat opened {};
  if (!file || ::fstat(file.get(), &opened) < 0 || ::fstat(held.get(), &wanted) < 0) {
    return Error::from_errno("open");
  }
  if (opened.st_dev == wanted.st_dev && opened.st_ino == wanted.st_ino) return file;
  return Error{"open", 0, {}, "another file has replaced it meanwhile"};
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return failed("open", path);
  return read_open_file(file, path, limit);
}

std::string read_head(const std::string& path) {
  std::string head(4096, '\0');
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  const ssize_t got = file ? ::read(file.get(), head.data(), head.size()) : 0;
  head.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return head;
}

Result<std::string> read_open_file(const Fd& file, const std::string& path, std::size_t limit) {
  struct stat info {};
  if (::fstat(file.get(), &info) < 0) return failed("stat", path);
  if (!S_ISREG(info.st_mode)) return Error{"read", 0, path, "it is not a regular file"};
  std::string content;
  char chunk[16384];
  for (;;) {
    const ssize_t got = ::read(file.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read", path);
    if (got == 0) return content;
    content.append(chunk, static_cast<std::size_t>(got));
    if (content.size() > limit) {
      return Error{"read", EFBIG, path, fmt::format("it is larger than {} bytes", limit)};
    }
  }
}

Result<std::string> read_input(std::size_t limit) {
  std::string content;
  char chunk[16384];
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error::from_errno("read standard input");
    if (got == 0) return content;
    content.append(chunk, static_cast<std::size_t>(got));
    if (content.size() > limit) return Error{"read standard input", EFBIG, {}, {}};
  }
}

Result<void> write_all(int file, std::string_view text, const char* verb) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Error::from_errno(verb);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<Fd> open_fallback(const std::string& path) {
  constexpr const char* kVerb = "fall back on";
  auto opened = open_trusted_file(path);
  if (!opened) {
    Error error = std::move(opened).error();
    error.what = kVerb;
    return error;
  }
  Fd file = *std::move(opened);
  struct stat info {};
  if (::fstat(file.get(), &info) < 0) return failed(kVerb, path);
  if (info.st_size == 0) return Error{kVerb, 0, path, "it is empty"};
  return file;
}

namespace {

/// The number of zeros from `begin` on, at most one block: a hole ends only at a block of the file
/// system, so content may begin with zeros that belong to the hole.
Result<std::size_t> zeros_at(const Fd& file, off_t begin, off_t end) {
  char block[65536];
  const auto size = std::min(sizeof block, static_cast<std::size_t>(end - begin));
  const std::size_t got = TRY(read_at(file.get(), block, size, static_cast<std::size_t>(begin)));
  const std::size_t first = std::string_view(block, got).find_first_not_of('\0');
  return first == std::string_view::npos ? got : first;
}

}  // namespace

Result<std::optional<Extent>> next_content(const Fd& file, off_t from, off_t end) {
  if (from >= end) return std::optional<Extent>();
  const off_t begin = ::lseek(file.get(), from, SEEK_DATA);
  if (begin < 0 && errno == ENXIO) return std::optional<Extent>();  // only a hole follows
  if (begin < 0 && (errno == EINVAL || errno == EOPNOTSUPP))
    return std::optional(Extent{from, end});
  if (begin < 0) return Error::from_errno("look for content in");
  if (begin >= end) return std::optional<Extent>();
  const off_t hole = ::lseek(file.get(), begin, SEEK_HOLE);
  if (hole < 0) return Error::from_errno("look for content in");
  Extent found{begin, std::min(hole, end)};
  if (begin > from) found.begin += static_cast<off_t>(TRY(zeros_at(file, begin, found.end)));
  return std::optional(found);
}

Result<std::int64_t> content_size(const Fd& file, off_t end) {
  std::int64_t size = 0;
  for (off_t at = 0;;) {
    const auto content = TRY(next_content(file, at, end));
    if (!content) return size;
    size += content->end - content->begin;
    at = content->end;
  }
}

Result<bool> has_content(const Fd& file, std::string_view content) {
  char chunk[16384];
  for (std::size_t offset = 0;; offset += sizeof chunk) {
    const std::size_t got = TRY(read_at(file.get(), chunk, sizeof chunk, offset));
    const std::string_view expected = content.substr(std::min(offset, content.size()));
    if (std::string_view(chunk, got) != expected.substr(0, sizeof chunk)) return false;
    if (got < sizeof chunk) return true;
  }
}

namespace {

/// The size of `part` if `whole` has its content from `begin` on; nullopt if it has not.
Result<std::optional<std::size_t>> size_if_at(int whole, std::size_t begin, int part) {
  char chunk[16384];
  char other_chunk[sizeof chunk];
  for (std::size_t offset = 0;; offset += sizeof chunk) {
    const std::size_t got = TRY(read_at(part, chunk, sizeof chunk, offset));
    const std::size_t other_got = TRY(read_at(whole, other_chunk, got, begin + offset));
    if (std::string_view(chunk, got) != std::string_view(other_chunk, other_got)) {
      return std::optional<std::size_t>();
    }
    if (got < sizeof chunk) return std::optional(offset + got);
  }
}

Result<bool> ends_at(int file, std::size_t offset) {
  char one = 0;
  return TRY(read_at(file, &one, 1, offset)) == 0;
}

}  // namespace

Result<bool> have_same_content(int one, int other) {
  const auto size = TRY(size_if_at(one, 0, other));
  return size && TRY(ends_at(one, *size));
}

Result<bool> have_same_content(int whole, std::span<const Fd> parts) {
  std::size_t offset = 0;
  for (const Fd& part : parts) {
    const auto size = TRY(size_if_at(whole, offset, part.get()));
    if (!size) return false;
    offset += *size;
  }
  return ends_at(whole, offset);
}

Result<void> rewind(const Fd& file) {
  if (::lseek(file.get(), 0, SEEK_SET) == 0) return {};
  return Error::from_errno("read");
}

}  // namespace pintle::sys
