// The built-in `file`: one file with given content, put in its place all at once, and only when its
// content, mode or owner differs.
#include "sys/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "hooks/builtin.hpp"
#include "hooks/ownership_params.hpp"
#include "hooks/path_params.hpp"
#include "sys/entry.hpp"
#include "sys/new_file.hpp"

namespace pintle::hooks {
namespace {

using config::Params;
using config::ParamType;

constexpr std::size_t kLargestTemplate = 16U << 20U;
constexpr mode_t kStandardMode = 0644;

constexpr config::ParamSpec kParams[] = {
    {"path",
     ParamType::text,
     "The file; its directory must exist.",
     "/etc/app.conf",
     true,
     {},
     check_entry_path,
     entry_path_pattern},
    {"content", ParamType::literal, "What is in it; a $ is a $.", "listen = 8080\n"},
    {"copy", ParamType::text, "The file that it is a copy of.", "/defaults/app.conf"},
    {"template", ParamType::text, "A file whose ${VAR} are expanded; $$ is a $.",
     "/etc/app.conf.tmpl"},
    kFileModeParam,
    kOwnerParam,
    {"onlyIfMissing", ParamType::boolean, "Leave alone what is there.", "true"},
};

constexpr std::string_view kSources[] = {"content", "copy", "template"};
constexpr config::Rule kRules[] = {{config::Rule::Type::exactly_one, kSources}};

/// What the file is to hold: a text, or what another file holds.
struct Source {
  std::string text{};
  Fd file{};
};

Result<std::string> rendered(const std::string& path, const Context& context) {
  return about(path,
               config::render(TRY(sys::read_trusted_file(path, kLargestTemplate)), context.scope));
}

Result<Source> source_of(const Params& params, const Context& context) {
  if (params.has("template")) return Source{TRY(rendered(params.text("template"), context)), {}};
  if (params.has("copy")) return Source{{}, TRY(sys::open_trusted_file(params.text("copy")))};
  return Source{*params.literal("content"), {}};
}

Result<sys::Ownership> wanted_by(const Params& params, const Context& context) {
  const Owner owner = TRY(resolve_owner(params.text("owner"), context.accounts));
  const auto mode = params.number("mode");
  return sys::Ownership{.uid = owner.uid,
                        .gid = owner.gid,
                        .mode = mode ? static_cast<mode_t>(*mode) : kStandardMode};
}

/// The regular file at `place` for comparison; none if there is something else, which is replaced,
/// or what we may not read.
Fd existing(const sys::Place& place) noexcept {
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  Fd file(::openat(place.directory.get(), place.name.c_str(), kFlags));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) < 0 || !S_ISREG(info.st_mode)) return Fd();
  return file;
}

Result<bool> holds(const Fd& file, const Source& source) {
  if (source.file) return sys::have_same_content(file.get(), source.file.get());
  return sys::has_content(file, source.text);
}

/// A file with further names is somebody's elsewhere: it is replaced, not changed.
bool has_one_name(const Fd& file) {
  const auto info = sys::stat_of(file);
  return info && info->st_nlink == 1;
}

Result<void> write(const std::string& path, const Source& source, const sys::Ownership& wanted) {
  sys::NewFile file = TRY(sys::NewFile::begin(path));
  if (source.file) {
    TRY(sys::rewind(source.file));
    TRY(file.copy_from(source.file));
  } else {
    TRY(file.write(source.text));
  }
  return file.finish(wanted);
}

Result<std::string> run(const Params& params, const Context& context) {
  const std::string path = params.text("path");
  const sys::Place place = TRY(about(path, sys::reach_place(path)));
  const auto there =
      TRY(about(path, sys::look_at(place.directory, place.name, sys::Mounts::cross)));
  if (there && params.flag("onlyIfMissing")) return std::string("unchanged");
  if (there && S_ISDIR(there->info.st_mode)) {
    return Error{"replace", 0, path, "it is a directory"};
  }
  const Source source = TRY(source_of(params, context));
  const sys::Ownership wanted = TRY(wanted_by(params, context));
  const Fd file = existing(place);
  if (file && TRY(about(path, holds(file, source)))) {
    if (TRY(about(path, sys::has_ownership(file, wanted)))) return std::string("unchanged");
    if (has_one_name(file)) {
      TRY(about(path, sys::give_ownership(file, wanted)));
      return std::string("changed");
    }
  }
  TRY(write(path, source, wanted));
  return std::string(there ? "changed" : "made");
}

bool is_done(const Params& params, const Context& context) {
  const auto place = sys::reach_place(params.text("path"));
  if (!place) return false;
  const auto there = sys::look_at(place->directory, place->name, sys::Mounts::cross);
  if (!there || !*there) return false;
  if (params.flag("onlyIfMissing")) return true;
  const auto source = source_of(params, context);
  const auto wanted = wanted_by(params, context);
  const Fd file = existing(*place);
  if (!source || !wanted || !file) return false;
  const auto same = holds(file, *source);
  const auto owned = sys::has_ownership(file, *wanted);
  return same && *same && owned && *owned;
}

}  // namespace

const Builtin kFile{
    .spec = {.name = "file",
             .kinds = config::kDoers,
             .help = "Write a file: a text, a copy, or a template with variables.",
             .params = kParams,
             .rules = kRules,
             .place = "path"},
    .run = run,
    .is_done = is_done,
};

}  // namespace pintle::hooks
