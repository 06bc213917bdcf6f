// fetch/place.hpp - the file that a result becomes: what is there is compared first, and changed
// only where it differs.
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
  /// Looks at `path`; the file is to have the mode and owner that the request names, or `mode`.
  /// Errors: those of reaching it; a directory that is there; an owner who is nobody.
  static Result<Place> at(const std::string& path, const config::Request& request, mode_t mode);

  /// The regular file that is there; none if there is something else, or nothing.
  const Fd& file() const noexcept { return file_; }
  const std::string& path() const noexcept { return path_; }
  const sys::Ownership& wanted() const noexcept { return wanted_; }

  /// Begins a file that can become what is there.
  Result<sys::NewFile> begin() const { return sys::NewFile::begin_in(directory_, name_, path_); }

  /// True if what is there need not be replaced when its content is right. Errors: those of
  /// fstat(2).
  Result<bool> is_adoptable() const;

  /// What is there has the right content: gives it mode and owner. Returns "unchanged" or
  /// "changed". Errors: those of fchmodat(2), fchownat(2).
  Result<std::string> adopt() const;

  /// Puts `fresh` there unless what is there has its content; either is given `record`, if it is
  /// one (record.hpp). Returns "made", "changed" or
  /// "unchanged". Errors: those of sys::NewFile::finish() and adopt().
  Result<std::string> put(sys::NewFile& fresh, std::string_view record = {}) const;

 private:
  std::string path_{};
  Fd directory_{};  // that it is in
  std::string name_{};
  sys::Ownership wanted_{};
  Fd file_{};
  bool is_taken_ = false;     // by whatever it is
  bool may_be_kept_ = false;  // sys::may_be_kept() of what is there
};

}  // namespace pintle::fetch
