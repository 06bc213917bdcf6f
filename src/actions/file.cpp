// The built-in `file`: one file with given content, put in its place all at once, and only when its
// content, mode or owner differs.
#include "sys/file.hpp"

#include "actions/action.hpp"
#include "actions/content.hpp"
#include "actions/ownership_params.hpp"
#include "actions/path_params.hpp"
#include "config/expansion.hpp"
#include "sys/entry.hpp"
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

Result<Content> rendered(const std::string& path, const Context& context) {
  Content content;
  content.files.push_back(TRY(sys::open_trusted_file(path)));
  const std::string text = TRY(sys::read_open_file(content.files[0], path, kLargestTemplate));
  content.text = TRY(about(path, config::render(text, context.scope)));
  return content;
}

Result<Content> copied(const std::string& path) {
  Content content;
  content.files.push_back(TRY(sys::open_trusted_file(path)));
  return content;
}

Result<Content> content_of(const FileParams& params, const Context& context) {
  if (params.template_path) return rendered(*params.template_path, context);
  if (params.copy) return copied(*params.copy);
  return Content{.text = params.content.value_or("")};
}

Result<sys::Ownership> wanted_by(const FileParams& params, const Context& context) {
  const Owner owner = TRY(resolve_owner(params.owner, context.accounts));
  return sys::Ownership{
      .uid = owner.uid, .gid = owner.gid, .mode = params.mode.value_or(kStandardMode)};
}

Result<std::string> run(const FileParams& params, const Context& context) {
  const std::string path = params.path;
  const sys::Place place = TRY(about(path, sys::reach_place(path)));
  const auto there =
      TRY(about(path, sys::look_at(place.directory, place.name, sys::Mounts::cross)));
  if (there && params.only_if_missing) return std::string("unchanged");
  const Content content = TRY(content_of(params, context));
  return put_in_place({place, there, path}, content, TRY(wanted_by(params, context)));
}

bool is_done(const FileParams& params, const Context& context) {
  const auto place = sys::reach_place(params.path);
  if (!place) return false;
  const auto there = sys::look_at(place->directory, place->name, sys::Mounts::cross);
  if (!there || !*there) return false;
  if (params.only_if_missing) return true;
  const auto content = content_of(params, context);
  const auto wanted = wanted_by(params, context);
  if (!content || !wanted) return false;
  const auto done = is_in_place({*place, *there, params.path}, *content, *wanted);
  return done && *done;
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
