#include "config/parse_trust.hpp"

#include "config/parse_hook.hpp"
#include "config/parse_verify.hpp"
#include "config/proof.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

/// The id of the step that verifies the manifest.
constexpr const char* kId = "trust";

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
  const auto path = read_fixed_path(reader, node);
  if (!path) return;
  out.manifest = *path;
  out.hooks.push_back(proof_by(reader, node));
}

constexpr std::string_view kRequirements[] = {"pinned"};

void read_requirement(Reader& reader, const Node& node, Model& out) {
  out.requires_pinned = reader.word(node, kRequirements).has_value();
}

constexpr Key<Model> kTrustKeys[] = {
    {.name = "manifest",
     .value = {read_manifest, &kFixedPathForm},
     .help =
         "A file in the format of sha256sum(1). Before the first step, the step \"trust\" verifies "
         "all files that it names; if one differs or is missing, pintle exits with 82. Relative "
         "names begin in the directory of the manifest. \"pintle digest\" writes it.",
     .example = "/app/manifest"},
    {.name = "require",
     .value = {read_requirement, &kWordForm<kRequirements>},
     .help =
         "pinned: pintle refuses to start if a hook with a `command`, or main, has no `verify`. "
         "Built-ins and steps that are skipped need none.",
     .example = "pinned"},
};
constexpr std::string_view kManifestOrRequirement[] = {"manifest", "require"};
constexpr Rule kTrustRules[] = {{Rule::Type::at_least_one, kManifestOrRequirement}};
constexpr auto kTrust =
    object_of<kTrustKeys>({.name = "trust", .title = "\"trust\"", .rules = kTrustRules});

}  // namespace

const Form kTrustForm = kObjectForm<kTrust>;

void read_trust(Reader& reader, const Node& node, Model& out) {
  read_object(reader, node, kTrust, out);
}

}  // namespace pintle::config
