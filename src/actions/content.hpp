// actions/content.hpp - writes a regular file with given content in one step, and only if its
// content, mode or owner differs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "sys/entry.hpp"
#include "sys/ownership.hpp"

namespace pintle::actions {

/// The wanted content of a file: `text`, or, if there is none, the content of `files`, one after
/// the other.
struct Content {
  std::optional<std::string> text{};
  std::vector<Fd> files{};  ///< the sources of the content
};

/// A name in a directory, and the entry that has it now: nullopt if there is none.
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

/// Makes the target such a file. Returns "made", "changed" or "unchanged". `sync` says whether a
/// new file is on the disk before the return. Another file, or a symbolic link, is replaced; a file
/// whose content is right may be kept (sys::may_be_kept()). Errors: the target is a directory;
/// those of sys::NewFile and sys::refuse_lending().
Result<std::string> put_in_place(const Target& target, const Content& content,
                                 const sys::Ownership& wanted, Sync sync = Sync::at_once);

}  // namespace pintle::actions
