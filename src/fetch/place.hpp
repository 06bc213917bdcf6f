// fetch/place.hpp - the file to which a result is written. An existing file is compared first and
// changed only if it differs.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "config/request.hpp"
#include "sys/new_file.hpp"

namespace pintle::fetch {

class Place {
 public:
  /// Looks at `path`. The file gets the owner and mode of the request; default: `mode`. Errors:
  /// those of sys::reach_place(); `path` is a directory; the owner does not exist.
  static Result<Place> at(const std::string& path, const config::Request& request, mode_t mode);

  /// The existing file; empty if nothing exists, or something that is not a regular file.
  const Fd& file() const noexcept { return file_; }
  const std::string& path() const noexcept { return path_; }
  const sys::Ownership& wanted() const noexcept { return wanted_; }

  /// Creates a new file for put().
  Result<sys::NewFile> begin() const { return sys::NewFile::begin_in(directory_, name_, path_); }

  /// True if the existing file may stay if its content is right: see sys::may_be_kept(). Errors:
  /// those of fstat(2).
  Result<bool> is_adoptable() const;

  /// Keeps the existing file and sets its mode and owner. Returns "unchanged" or "changed". Errors:
  /// those of fchmodat(2), fchownat(2).
  Result<std::string> adopt() const;

  /// Replaces the existing file with `fresh`, unless it has the same content. The resulting file
  /// gets `record` (record.hpp) unless that is empty. Returns "made", "changed" or "unchanged".
  /// Errors: those of sys::NewFile::finish() and adopt().
  Result<std::string> put(sys::NewFile& fresh, std::string_view record = {}) const;

 private:
  std::string path_{};
  Fd directory_{};  // the parent directory
  std::string name_{};
  sys::Ownership wanted_{};
  Fd file_{};
  bool is_taken_ = false;     // something exists at `path_`
  bool may_be_kept_ = false;  // sys::may_be_kept() of the existing file
};

}  // namespace pintle::fetch
