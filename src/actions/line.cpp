// The built-in `line`: one line of a text file, replaced where a pattern matches, else appended.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "actions/action.hpp"
#include "actions/content.hpp"
#include "actions/ownership_params.hpp"
#include "actions/path_params.hpp"
#include "base/pattern.hpp"
#include "config/scope.hpp"
#include "sys/file.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::into;
using config::Key;
using config::Reader;
using config::text;

constexpr std::size_t kLargestLine = 16U << 20U;
constexpr mode_t kLineMode = 0644;
constexpr mode_t kLinePermissions = 0777;

struct LineParams {
  std::string path{};
  std::string line{};
  std::optional<std::string> match{};
  std::optional<mode_t> mode{};
  std::optional<std::string> owner{};
};

std::string check_line(const std::string& line) {
  return line.find('\n') == std::string::npos ? std::string() : "there is a line break in it";
}
constexpr config::TextKind kOneLine{.check = check_line,
                                    .pattern = [] { return std::string_view("^[^\n]*$"); }};

void read_match(Reader& reader, const config::Node& node, LineParams& out) {
  auto pattern = reader.nonempty_text(node);
  if (!pattern) return;
  std::string wrong = config::check_pattern(*pattern);
  if (!wrong.empty()) return reader.problem(node.at, std::move(wrong));
  out.match = *std::move(pattern);
}

constexpr Key<LineParams> kLineKeys[] = {
    {.name = "path",
     .value = text<&LineParams::path, kEntryPath>,
     .help = "The file, of at most 16MiB; its directory must exist, the file need not.",
     .example = "/etc/app.conf",
     .required = true},
    {.name = "text",
     .value = text<&LineParams::line, kOneLine>,
     .help = "The line, without a line break.",
     .example = "port = $PORT",
     .required = true},
    {"match",
     {read_match, &config::kFormOf<&Reader::nonempty_text>, config::field_of<&LineParams::match>},
     "A regular expression (extended, regex(7)): the last line that matches it is replaced. If no "
     "line matches, or without it, the line is appended, unless the file has it already.",
     "^#?port *="},
    {"mode", into<&LineParams::mode, &Reader::mode>,
     "The mode, in octal. Default: that of the file, or 0644 for a new one.", "0640"},
    kOwnerKey<LineParams>,
};

/// The last line that `wanted` describes, as a part of the content; nullopt if there is none.
/// Errors: ENOMEM.
Result<std::optional<std::string_view>> last_line(std::string_view content,
                                                  const LineParams& params) {
  std::optional<Pattern> pattern;
  if (params.match) pattern.emplace(*params.match);
  std::optional<std::string_view> found;
  for (std::string_view rest = content; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line == params.line) {
      found = line;
    } else if (pattern && pattern->may_be_in(std::string(line))) {
      if (!pattern->is_in(std::string(line))) return Error{"search", ENOMEM, {}, {}};
      found = line;
    }
  }
  return found;
}

struct LineChange {
  std::string content{};
  std::size_t appended = 0;  ///< bytes at the end of it that are new; 0: a line was replaced
  bool is_one = false;       ///< false: the content was right
};

/// Errors: those of last_line().
Result<LineChange> change_of(std::string content, const LineParams& params) {
  if (const auto line = TRY(last_line(content, params))) {
    if (*line == params.line) return LineChange{.content = std::move(content)};
    const auto begin = static_cast<std::size_t>(line->data() - content.data());
    content.replace(begin, line->size(), params.line);
    return LineChange{.content = std::move(content), .is_one = true};
  }
  const std::size_t before = content.size();
  if (!content.empty() && !content.ends_with('\n')) content += '\n';
  content += params.line + '\n';
  const std::size_t appended = content.size() - before;
  return LineChange{std::move(content), appended, true};
}

/// Opens the file that is there. Errors: it is no regular file; those of open(2).
Result<Fd> open_there(const Target& target, int flags) {
  const mode_t mode = target.there->info.st_mode;
  const char* const why = S_ISLNK(mode)   ? "it is a symbolic link; name the file that it leads to"
                          : S_ISREG(mode) ? ""
                                          : "it is not a regular file";
  if (*why != '\0') return Error{"change", 0, target.path, why};
  return about(target.path,
               sys::reopen(target.there->fd, target.directory.get(), target.name, flags));
}

/// What the file is to be. Errors: what is there is no text file of at most kLargestLine bytes.
Result<LineChange> planned(const LineParams& params, const Target& target) {
  std::string content;
  if (target.there) {
    const Fd file = TRY(open_there(target, O_RDONLY));
    content = TRY(sys::read_open_file(file, target.path, kLargestLine));
  }
  if (content.find('\0') != std::string::npos) {
    return Error{"change", 0, target.path, "it is not a text file: there is a NUL byte in it"};
  }
  return about(target.path, change_of(std::move(content), params));
}

Result<sys::Ownership> asked_by(const LineParams& params, const Context& context) {
  const Owner owner = TRY(resolve_owner(params.owner, context.accounts));
  return sys::Ownership{.uid = owner.uid, .gid = owner.gid, .mode = params.mode};
}

/// What is not asked for stays as it is. If the file gets another owner, the mode that its old
/// owner chose can forbid, but not allow more (docs/adr/0026).
sys::Ownership completed(sys::Ownership asked, const std::optional<sys::Entry>& there) {
  if (!there) return {asked.uid, asked.gid, asked.mode.value_or(kLineMode)};
  const struct stat& info = there->info;
  const bool stays = asked.uid.value_or(info.st_uid) == info.st_uid;
  const mode_t mode = stays ? info.st_mode & kLinePermissions : sys::mode_of_copy(info);
  return {asked.uid.value_or(info.st_uid), asked.gid.value_or(info.st_gid),
          asked.mode.value_or(mode)};
}

/// True if the file is a mount of its own, as /etc/hosts is in a container: it cannot be replaced.
bool is_mount(const sys::Place& place) {
  const auto looked = sys::look_at(place.directory, place.name, sys::Mounts::stay);
  return !looked && looked.error().code == EXDEV;
}

/// True if whoever runs this may not replace the file, since the directory is another user's:
/// images for any uid have such an /etc/passwd. What has a second name elsewhere is never written
/// through.
bool is_only_writable(const sys::Place& place, const sys::Entry& there) {
  return there.info.st_nlink == 1 && ::faccessat(place.directory.get(), ".", W_OK, 0) < 0 &&
         errno == EACCES;
}

Result<void> append(const Fd& file, std::string_view text) {
  const auto info = TRY(sys::stat_of(file));
  auto written = sys::write_all(file.get(), text, "write");
  if (!written) (void)!::ftruncate(file.get(), info.st_size);  // no part of a line stays
  return written;
}

Result<std::string> change_in_place(const Target& target, const LineChange& change,
                                    const sys::Ownership& asked) {
  if (change.is_one && change.appended == 0) {
    return Error{"change", EBUSY, target.path,
                 "the file is a mount of its own, so it cannot be replaced; a line can only be "
                 "appended to it"};
  }
  if (change.is_one) {
    const Fd file = TRY(open_there(target, O_WRONLY | O_APPEND));
    const std::string_view all = change.content;
    TRY(about(target.path, append(file, all.substr(all.size() - change.appended))));
  }
  TRY(about(target.path, sys::give_ownership(target.there->fd, asked)));
  return std::string("changed");
}

Result<std::string> run_line(const LineParams& params, const Context& context) {
  const std::string path = params.path;
  const sys::Place place = TRY(about(path, sys::reach_place(path)));
  const auto there =
      TRY(about(path, sys::look_at(place.directory, place.name, sys::Mounts::cross)));
  const Target target{place.directory, place.name, there, path};
  LineChange change = TRY(planned(params, target));
  const sys::Ownership asked = TRY(asked_by(params, context));
  if (there && !change.is_one && TRY(about(path, sys::has_ownership(there->fd, asked)))) {
    return std::string("unchanged");
  }
  if (there && (is_mount(place) || (change.appended > 0 && is_only_writable(place, *there)))) {
    return change_in_place(target, change, asked);
  }
  const Content content{.text = std::move(change.content)};
  return put_in_place(target, content, completed(asked, there));
}

config::Artifact artifact_of_line(const LineParams& params) {
  return {.path = params.path, .mode = params.mode, .owner = params.owner};
}

}  // namespace

const Action kLine{
    .spec = {.name = "line",
             .kinds = config::kActiveKinds,
             .help = "Set one line of a text file; the other lines stay as they are.",
             .params = config::params_of<kLineKeys>(),
             .artifact = erased<artifact_of_line>},
    .run = erased<run_line>,
};

}  // namespace pintle::actions
