#include "config/parse_order.hpp"

#include "config/parse_hook.hpp"
#include "config/path.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

constexpr Key<Hook> kForEachKeys[] = {
    {.name = "files",
     .value = text<&Hook::for_each, kFilesPath>,
     .help = "A path whose last component may be a pattern, fnmatch(3). Directories do not count. "
             "If there is no file, the hook succeeds.",
     .example = "/docker-entrypoint-initdb.d/*.sql",
     .required = true},
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
  read_object(reader, node, kForEach, out);
}

}  // namespace pintle::config
