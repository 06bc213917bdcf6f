#include "config/parse_order.hpp"

#include <algorithm>
#include <string_view>

#include "config/parse_hook.hpp"
#include "config/path.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kEntryTypes[] = {"file", "directory"};

void read_entry_type(Reader& reader, const Node& node, ForEach& out) {
  if (const auto type = reader.word(node, kEntryTypes)) out.directories = *type == 1;
}

constexpr Key<ForEach> kForEachKeys[] = {
    {.name = "files",
     .value = text_or_texts<&ForEach::files, kFilesPath>,
     .help = "A path whose last component may be a pattern, fnmatch(3), or several in one "
             "directory. If there is no file, the hook succeeds.",
     .example = R"(["/docker-entrypoint-initdb.d/*.sh", "/docker-entrypoint-initdb.d/*.sql"])",
     .required = true},
    {.name = "type",
     .value = {read_entry_type, &kWordForm<kEntryTypes>},
     .help = "Whether directories are left out, or everything else.",
     .example = "directory",
     .standard = "file"},
    {.name = "executable",
     .value = into<&ForEach::only_executable, &Reader::boolean>,
     .help = "Leaves out files that the user of the hook may not execute, as run-parts(8) does.",
     .example = "true",
     .standard = "false"},
};
constexpr auto kForEach = object_of<kForEachKeys>({.name = "forEach", .title = "\"forEach\""});

}  // namespace

constexpr Form kForEachForm = kObjectForm<kForEach>;

void read_precedents(Reader& reader, const Node& node, Hook& out) {
  auto* shutdown = std::get_if<ShutdownPolicy>(&out.policy);
  Precedents& precedents =
      shutdown != nullptr ? shutdown->precedents : out.as<StepPolicy>().precedents;
  precedents.emplace();
  read_items(reader, node, [&](const Node& item) {
    if (auto id = reader.text(item)) {
      precedents->push_back({std::move(*id), item.at, reader.pointer()});
    }
  });
}

void read_during(Reader& reader, const Node& node, Hook& out) {
  auto& during = out.as<StepPolicy>().during.emplace();
  read_items(reader, node, [&](const Node& item) {
    if (auto id = reader.text(item)) during.push_back({std::move(*id), item.at, reader.pointer()});
  });
  require_items(reader, node, "it would never run");
}

void read_for_each(Reader& reader, const Node& node, Hook& out) {
  read_object(reader, node, kForEach, out.for_each);
  const std::vector<std::string>& files = out.for_each.files;
  const bool is_one_folder = std::all_of(files.begin(), files.end(), [&](const std::string& one) {
    return folder_of(one) == folder_of(files.front());
  });
  if (is_one_folder) return;
  reader.problem(node.find("files")->at,
                 "the patterns are not in one directory; write a hook for each directory");
}

}  // namespace pintle::config
