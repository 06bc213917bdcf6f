// actions/content.hpp - a regular file with given content, put in its place all at once, and only
// if its content, mode or owner differs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "sys/entry.hpp"
#include "sys/ownership.hpp"

namespace pintle::actions {

/// What a file is to hold: `text`, or, if there is none, what `files` hold, one after the other.
struct Content {
  std::optional<std::string> text{};
  std::vector<Fd> files{};  ///< all that the content comes from
};

/// A name in a directory, and what is there now: nullopt if nothing is.
struct Target {
  const Fd& directory;
  const std::string& name;
  const std::optional<sys::Entry>& there;
  const std::string& path;  ///< for messages
};

/// True if the target is a regular file with that content and ownership already. Errors: those of
/// fstat(2) and pread(2).
Result<bool> is_in_place(const Target& target, const Content& content,
                         const sys::Ownership& wanted);

enum class Sync : bool { at_once, later };

/// Makes the target such a file: "made", "changed" or "unchanged". `sync` says whether a new file
/// is on the disk then. Another file, or a symbolic link, is replaced; a file that keeps its
/// content may stay (sys::may_be_kept()). Errors: the target is a directory; those of sys::NewFile
/// and sys::refuse_lending().
Result<std::string> put_in_place(const Target& target, const Content& content,
                                 const sys::Ownership& wanted, Sync sync = Sync::at_once);

}  // namespace pintle::actions
