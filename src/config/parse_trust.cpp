#include "config/parse_trust.hpp"

#include "config/parse_hook.hpp"
#include "config/path.hpp"
#include "config/proof.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

/// The id of the step that verifies the manifest.
constexpr const char* kId = "trust";

/// A regular expression for the paths that wrong_with_manifest() accepts.
constexpr std::string_view kPattern = R"(^/([^$]*/)?([^/.$][^/$]*|\.[^/.$][^/$]*|\.\.[^/$]+)$)";
constexpr Form kManifestForm{.type = Form::Type::text, .least = 1, .pattern = kPattern};

/// What is wrong with the path of a manifest, "" if nothing.
std::string wrong_with_manifest(const std::string& path) {
  if (path.find('$') != std::string::npos) {
    return "variables are not expanded here: the environment must not choose what is trusted";
  }
  if (!path.starts_with('/')) return "the path must be absolute";
  return check_entry_path(path);
}

Node object_with(Position at, std::string_view key, Node value) {
  Node object{.type = Node::Type::object, .at = at};
  object.members.push_back({std::string(key), at, std::move(value)});
  return object;
}

/// The manifest is verified by an ordinary step, so plan, status and events show it like any other.
Hook proof_by(Reader& reader, const Node& manifest) {
  Node step = object_with(manifest.at, "check", object_with(manifest.at, "manifest", manifest));
  Node id{.type = Node::Type::string, .at = manifest.at, .text = kId};
  step.members.push_back({"id", manifest.at, std::move(id)});
  Hook hook = read_step(reader, step);
  hook.identity.working_directory = "/";  // a later step may make that of the config
  return hook;
}

void read_manifest(Reader& reader, const Node& node, Model& out) {
  const auto path = reader.nonempty_text(node);
  if (!path) return;
  if (const std::string wrong = wrong_with_manifest(*path); !wrong.empty()) {
    return reader.problem(node.at, wrong);
  }
  out.manifest = *path;
  out.hooks.push_back(proof_by(reader, node));
}

constexpr Key<Model> kTrustKeys[] = {
    {.name = "manifest",
     .value = {read_manifest, &kManifestForm},
     .help =
         "A file in the format of sha256sum(1). Before the first step, the step \"trust\" verifies "
         "all files that it names; if one differs or is missing, pintle exits with 82. Relative "
         "names begin in the directory of the manifest. \"pintle digest\" writes it.",
     .example = "/app/manifest",
     .required = true},
};
constexpr auto kTrust = object_of<kTrustKeys>({.name = "trust", .title = "\"trust\""});

}  // namespace

const Form kTrustForm = kObjectForm<kTrust>;

void read_trust(Reader& reader, const Node& node, Model& out) {
  read_object(reader, node, kTrust, out);
}

}  // namespace pintle::config
