// The built-in `file`: one file with given content, put in its place all at once, and only when its
// content, mode or owner differs.
#include "sys/file.hpp"

#include <fcntl.h>

#include "actions/action.hpp"
#include "actions/ownership_params.hpp"
#include "actions/path_params.hpp"
#include "sys/entry.hpp"
#include "sys/new_file.hpp"
#include "sys/walk.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::into;
using config::Key;
using config::Reader;
using config::text;

constexpr std::size_t kLargestTemplate = 16U << 20U;
constexpr mode_t kStandardMode = 0644;

struct FileParams {
  std::string path{};
  std::optional<std::string> content{};
  std::optional<std::string> copy{};
  std::optional<std::string> template_path{};
  std::optional<mode_t> mode{};
  std::optional<std::string> owner{};
  bool only_if_missing = false;
};

constexpr Key<FileParams> kKeys[] = {
    {.name = "path",
     .value = text<&FileParams::path, kEntryPath>,
     .help = "The file; its directory must exist.",
     .example = "/etc/app.conf",
     .required = true},
    {"content", into<&FileParams::content, &Reader::argument>,
     "What is in it; variables are expanded, and $$ is a $.", "listen = ${PORT:-8080}\n"},
    {"copy", text<&FileParams::copy, kEntryPath>, "The file that it is a copy of.",
     "/defaults/app.conf"},
    {"template", text<&FileParams::template_path, kEntryPath>,
     "A file in which what is in braces is expanded: ${NAME}, ${NAME:-word}, ${NAME@json} and so "
     "on; every other $ stays, $uri, $1 and $$ too. $${ is a plain ${.",
     "/etc/app.conf.tmpl"},
    kFileModeKey<FileParams>,
    kOwnerKey<FileParams>,
    {"onlyIfMissing", into<&FileParams::only_if_missing, &Reader::boolean>,
     "Leave alone what is there.", "true", "false"},
};

constexpr std::string_view kSources[] = {"content", "copy", "template"};
constexpr config::Rule kRules[] = {{config::Rule::Type::exactly_one, kSources}};

/// What the file is to hold: a text, or what another file holds.
struct Source {
  std::optional<std::string> text{};
  Fd file{};  ///< that it comes from, if any
};

Result<Source> rendered(const std::string& path, const Context& context) {
  Fd file = TRY(sys::open_trusted_file(path));
  const std::string text = TRY(sys::read_open_file(file, path, kLargestTemplate));
  return Source{TRY(about(path, config::render(text, context.scope))), std::move(file)};
}

Result<Source> source_of(const FileParams& params, const Context& context) {
  if (params.template_path) return rendered(*params.template_path, context);
  if (params.copy) return Source{{}, TRY(sys::open_trusted_file(*params.copy))};
  return Source{params.content.value_or(""), {}};
}

Result<sys::Ownership> wanted_by(const FileParams& params, const Context& context) {
  const Owner owner = TRY(resolve_owner(params.owner, context.accounts));
  return sys::Ownership{
      .uid = owner.uid, .gid = owner.gid, .mode = params.mode.value_or(kStandardMode)};
}

/// The regular file that is there, for comparison; none if there is something else, which is
/// replaced, or what we may not read.
Fd existing(const sys::Place& place, const std::optional<sys::Entry>& there) {
  if (!there || !S_ISREG(there->info.st_mode)) return Fd();
  auto file = sys::reopen(there->fd, place.directory.get(), place.name, O_RDONLY);
  return file ? *std::move(file) : Fd();
}

Result<bool> holds(const Fd& file, const Source& source) {
  if (source.text) return sys::has_content(file, *source.text);
  return sys::have_same_content(file.get(), source.file.get());
}

Result<void> write(sys::NewFile file, const Source& source, const sys::Ownership& wanted) {
  if (source.file) {
    const auto info = TRY(sys::stat_of(source.file));
    TRY(sys::refuse_lending(info, wanted));
  }
  if (source.text) {
    TRY(file.write(*source.text));
  } else {
    TRY(sys::rewind(source.file));
    TRY(file.copy_from(source.file));
  }
  return file.finish(wanted);
}

Result<std::string> run(const FileParams& params, const Context& context) {
  const std::string path = params.path;
  const sys::Place place = TRY(about(path, sys::reach_place(path)));
  const auto there =
      TRY(about(path, sys::look_at(place.directory, place.name, sys::Mounts::cross)));
  if (there && params.only_if_missing) return std::string("unchanged");
  if (there && S_ISDIR(there->info.st_mode)) {
    return Error{"replace", 0, path, "it is a directory"};
  }
  const Source source = TRY(source_of(params, context));
  const sys::Ownership wanted = TRY(wanted_by(params, context));
  const Fd file = existing(place, there);
  if (file && TRY(about(path, holds(file, source)))) {
    if (TRY(about(path, sys::has_ownership(file, wanted)))) return std::string("unchanged");
    if (sys::may_be_kept(there->info, wanted)) {
      TRY(about(path, sys::give_ownership(file, wanted)));
      return std::string("changed");
    }
  }
  auto fresh = TRY(sys::NewFile::begin_in(place.directory, place.name, path));
  TRY(about(path, write(std::move(fresh), source, wanted)));
  return std::string(there ? "changed" : "made");
}

bool is_done(const FileParams& params, const Context& context) {
  const auto place = sys::reach_place(params.path);
  if (!place) return false;
  const auto there = sys::look_at(place->directory, place->name, sys::Mounts::cross);
  if (!there || !*there) return false;
  if (params.only_if_missing) return true;
  const auto source = source_of(params, context);
  const auto wanted = wanted_by(params, context);
  const Fd file = existing(*place, *there);
  if (!source || !wanted || !file) return false;
  const auto same = holds(file, *source);
  const auto owned = sys::has_ownership(file, *wanted);
  return same && *same && owned && *owned;
}

config::Artifact artifact(const FileParams& params) {
  return {.path = params.path, .mode = params.mode, .owner = params.owner};
}

}  // namespace

const Action kFile{
    .spec = {.name = "file",
             .kinds = config::kDoers,
             .help = "Write a file: a text, a copy, or a template with variables.",
             .params = config::params_of<kKeys>(),
             .rules = kRules,
             .artifact = erased<artifact>},
    .run = erased<run>,
    .is_done = erased<is_done>,
};

}  // namespace pintle::actions
