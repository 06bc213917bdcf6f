// The built-in `file`: one file with given content, put in its place all at once, and only when its
// content, mode or owner differs.
#include "sys/file.hpp"

#include <algorithm>

#include "actions/action.hpp"
#include "actions/content.hpp"
#include "actions/ownership_params.hpp"
#include "actions/path_params.hpp"
#include "config/expansion.hpp"
#include "config/parse_variables.hpp"
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
constexpr mode_t kFileMode = 0644;

struct FileParams {
  std::string path{};
  std::optional<std::string> content{};
  std::vector<std::string> copy{};
  std::optional<std::string> template_path{};
  std::vector<std::string> variables{};
  std::optional<mode_t> mode{};
  std::optional<std::string> owner{};
  bool only_if_missing = false;
};

void read_variables(Reader& reader, const config::Node& node, FileParams& out) {
  config::require_items(reader, node, "no variable would be expanded; use \"copy\"");
  config::read_items(reader, node, [&](const config::Node& item) {
    auto name = reader.text(item);
    if (name && config::check_variable_name(reader, *name, item.at)) {
      out.variables.push_back(*std::move(name));
    }
  });
}

constexpr Key<FileParams> kFileKeys[] = {
    {.name = "path",
     .value = text<&FileParams::path, kEntryPath>,
     .help = "The file to write; its directory must exist.",
     .example = "/etc/app.conf",
     .required = true},
    {"content", into<&FileParams::content, &Reader::argument>,
     "The content; variables are expanded, and $$ becomes $.", "listen = ${PORT:-8080}\n"},
    {"copy", config::text_or_texts<&FileParams::copy, kEntryPath>,
     "The file to copy; several are joined, one after the other.", "/defaults/app.conf"},
    {"template", text<&FileParams::template_path, kEntryPath>,
     "A file in which variables in braces are expanded: ${NAME}, ${NAME:-word}, ${NAME@json} and "
     "so on. Every other $ stays, also in $uri, $1 and $$. $${ becomes ${.",
     "/etc/app.conf.tmpl"},
    {"variables",
     {read_variables, &config::kListForm<config::kVariableNameForm, 1>,
      config::field_of<&FileParams::variables>},
     "The only variables that are expanded in the template; everything else in it stays as it is, "
     "$${ too.",
     "[\"PORT\", \"HOST\"]"},
    kFileModeKey<FileParams>,
    kOwnerKey<FileParams>,
    {"onlyIfMissing", into<&FileParams::only_if_missing, &Reader::boolean>,
     "Whether something that exists is left as it is.", "true", "false"},
};

constexpr std::string_view kSources[] = {"content", "copy", "template"};
constexpr std::string_view kVariablesNeedTemplate[] = {"variables", "template"};
constexpr config::Rule kFileRules[] = {{config::Rule::Type::exactly_one, kSources},
                                       {config::Rule::Type::needs, kVariablesNeedTemplate}};

/// A file that contains itself would grow at each start.
std::string check_sources(const FileParams& params) {
  const auto& all = params.copy;
  const bool has_itself =
      all.size() > 1 && std::find(all.begin(), all.end(), params.path) != all.end();
  return has_itself ? "\"path\" is one of the files that it is made of" : std::string();
}

Result<Content> rendered(const FileParams& params, const Context& context) {
  const std::string path = params.template_path.value_or("");
  Content content;
  content.files.push_back(TRY(sys::open_trusted_file(path)));
  const std::string text = TRY(sys::read_open_file(content.files[0], path, kLargestTemplate));
  content.text = TRY(about(path, config::render(text, context.scope, params.variables)));
  return content;
}

Result<Content> joined(const std::vector<std::string>& paths) {
  Content content;
  content.files.reserve(paths.size());
  for (const std::string& path : paths) {
    content.files.push_back(TRY(sys::open_trusted_file(path)));
  }
  return content;
}

Result<Content> file_content_of(const FileParams& params, const Context& context) {
  if (params.template_path) return rendered(params, context);
  if (!params.copy.empty()) return joined(params.copy);
  return Content{.text = params.content.value_or("")};
}

Result<sys::Ownership> file_wanted_by(const FileParams& params, const Context& context) {
  const Owner owner = TRY(resolve_owner(params.owner, context.accounts));
  return sys::Ownership{
      .uid = owner.uid, .gid = owner.gid, .mode = params.mode.value_or(kFileMode)};
}

Result<std::string> run_file(const FileParams& params, const Context& context) {
  const std::string path = params.path;
  const sys::Place place = TRY(about(path, sys::reach_place(path)));
  const auto there =
      TRY(about(path, sys::look_at(place.directory, place.name, sys::Mounts::cross)));
  if (there && params.only_if_missing) return std::string("unchanged");
  const Content content = TRY(file_content_of(params, context));
  return put_in_place({place.directory, place.name, there, path}, content,
                      TRY(file_wanted_by(params, context)));
}

bool is_file_done(const FileParams& params, const Context& context) {
  const auto place = sys::reach_place(params.path);
  if (!place) return false;
  const auto there = sys::look_at(place->directory, place->name, sys::Mounts::cross);
  if (!there || !*there) return false;
  if (params.only_if_missing) return true;
  const auto content = file_content_of(params, context);
  const auto wanted = file_wanted_by(params, context);
  if (!content || !wanted) return false;
  const auto done =
      is_in_place({place->directory, place->name, *there, params.path}, *content, *wanted);
  return done && *done;
}

config::Artifact artifact_of_file(const FileParams& params) {
  return {.path = params.path, .mode = params.mode, .owner = params.owner};
}

}  // namespace

const Action kFile{
    .spec = {.name = "file",
             .kinds = config::kActiveKinds,
             .help =
                 "Write a file: a text, a copy of one or more files, or a template with variables.",
             .params = config::params_of<kFileKeys>(),
             .check = erased<check_sources>,
             .rules = kFileRules,
             .artifact = erased<artifact_of_file>},
    .run = erased<run_file>,
    .is_done = erased<is_file_done>,
};

}  // namespace pintle::actions
