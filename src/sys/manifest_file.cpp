#include "sys/manifest_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/manifest.hpp"
#include "base/shown.hpp"
#include "sys/entry.hpp"
#include "sys/new_file.hpp"
#include "sys/program_file.hpp"
#include "sys/walk.hpp"

namespace pintle::sys {
namespace {

constexpr std::size_t kChunk = 65536;

}  // namespace

Result<ManifestFile> ManifestFile::open(const std::string& path) {
  ManifestFile manifest;
  manifest.path_ = path;
  const auto opened = manifest.open_both();
  if (opened) return manifest;
  Error error = opened.error();
  error.subject = path;
  return error;
}

Result<void> ManifestFile::open_both() {
  const SplitPath split = TRY(split_path(path_));
  const Fd here = TRY(working_directory());
  // With the slash, a link is an error here, and not what is opened.
  directory_ = TRY(reach_without_links(here, split.directory + "/"));
  name_ = split.name;
  file_ = TRY(open_without_links(directory_, name_));
  size_ = TRY(stat_of(file_)).st_size;
  return {};
}

Result<void> ManifestFile::freeze() {
  auto copy = TRY(sealed_copy(file_, path_));
  if (!copy) return Error{"copy", 0, path_, "no memfd can be made here (seccomp)"};
  file_ = std::move(copy->file);
  is_frozen_ = true;
  size_ = TRY(stat_of(file_)).st_size;
  return {};
}

ManifestReader ManifestFile::entries() const {
  return {file_.get(), path_};
}

std::string ManifestFile::path_of(const std::string& name) const {
  std::string_view rest = name;
  if (rest.starts_with('/')) return name;
  while (rest.starts_with("./")) {
    rest.remove_prefix(std::min(rest.find_first_not_of('/', 1), rest.size()));
  }
  return path_.substr(0, path_.size() - name_.size()).append(rest);
}

bool ManifestFile::is_ours_to_change() const noexcept {
  if (is_frozen_ || ::geteuid() == 0) return false;
  const int fd = directory_.get();
  return ::faccessat(fd, name_.c_str(), W_OK, 0) == 0 || ::faccessat(fd, ".", W_OK, 0) == 0;
}

Error ManifestReader::wrong(std::string_view why) const {
  return Error::in_words(fmt::format("{}:{}: {}", shown_value(path_), number_, why));
}

Result<void> ManifestReader::fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t had = buffer_.size();
  buffer_.resize(had + kChunk);
  ssize_t got = 0;
  do got = ::pread(file_, buffer_.data() + had, kChunk, offset_);
  while (got < 0 && errno == EINTR);
  buffer_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0) return about(path_, Result<void>(Error::from_errno("read")));
  is_at_end_ = got == 0;
  offset_ += got;
  return {};
}

/// False at the end.
Result<bool> ManifestReader::read_line() {
  for (;;) {
    const std::size_t end = buffer_.find('\n', begin_);
    const std::size_t size = std::min(end, buffer_.size()) - begin_;
    if (end == std::string::npos && is_at_end_ && size == 0) return false;
    if (end != std::string::npos || is_at_end_ || size > kLongestManifestLine) {
      ++number_;
      if (size > kLongestManifestLine) return wrong("the line is too long");
      line_ = buffer_.substr(begin_, size);
      begin_ += std::min(size + 1, buffer_.size() - begin_);
      return true;
    }
    TRY(fill());
  }
}

Result<std::optional<ManifestEntry>> ManifestReader::next() {
  while (TRY(read_line())) {
    if (is_manifest_comment(line_)) continue;
    ManifestLine line = parse_manifest_line(line_);
    if (!line.problem.empty()) return wrong(line.problem);
    has_entry_ = true;
    return std::optional(ManifestEntry{std::move(line.digest), std::move(line.name), number_});
  }
  if (has_entry_) return std::optional<ManifestEntry>();
  return Error{"use the manifest", 0, path_, "it names no file"};
}

}  // namespace pintle::sys
