#include "actions/content.hpp"

#include <fcntl.h>

#include "sys/file.hpp"
#include "sys/new_file.hpp"

namespace pintle::actions {
namespace {

/// The regular file that is there, for comparison; empty if it is something else or may not be
/// read, and is replaced.
Fd existing(const Target& target) {
  if (!target.there || !S_ISREG(target.there->info.st_mode)) return Fd();
  auto file = sys::reopen(target.there->fd, target.directory.get(), target.name, O_RDONLY);
  return file ? *std::move(file) : Fd();
}

Result<bool> holds(const Fd& file, const Content& content) {
  if (content.text) return sys::has_content(file, *content.text);
  return sys::have_same_content(file.get(), content.files);
}

Result<void> write(sys::NewFile file, const Content& content, const sys::Ownership& wanted) {
  for (const Fd& source : content.files) {
    const auto info = TRY(sys::stat_of(source));
    TRY(sys::refuse_lending(info, wanted));
  }
  if (content.text) {
    TRY(file.write(*content.text));
    return file.finish(wanted);
  }
  for (const Fd& source : content.files) {
    TRY(sys::rewind(source));
    TRY(file.copy_from(source));
  }
  return file.finish(wanted);
}

}  // namespace

Result<bool> is_in_place(const Target& target, const Content& content,
                         const sys::Ownership& wanted) {
  const Fd file = existing(target);
  if (!file || !TRY(about(target.path, holds(file, content)))) return false;
  return about(target.path, sys::has_ownership(file, wanted));
}

Result<std::string> put_in_place(const Target& target, const Content& content,
                                 const sys::Ownership& wanted, Sync sync) {
  const std::string& path = target.path;
  if (target.there && S_ISDIR(target.there->info.st_mode)) {
    return Error{"replace", 0, path, "it is a directory"};
  }
  const Fd file = existing(target);
  if (file && TRY(about(path, holds(file, content)))) {
    if (TRY(about(path, sys::has_ownership(file, wanted)))) return std::string("unchanged");
    if (sys::may_be_kept(target.there->info, wanted)) {
      TRY(about(path, sys::give_ownership(file, wanted)));
      return std::string("changed");
    }
  }
  auto fresh = TRY(sys::NewFile::begin_in(target.directory, target.name, path));
  if (sync == Sync::later) fresh.leave_unsynced();
  TRY(about(path, write(std::move(fresh), content, wanted)));
  return std::string(target.there ? "changed" : "made");
}

}  // namespace pintle::actions
