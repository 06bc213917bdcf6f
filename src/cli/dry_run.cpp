#include "cli/dry_run.hpp"

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"

namespace pintle::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostListed = 20;

init::Surroundings surroundings(config::Environ environment, sys::Accounts accounts,
                                config::ImageMode mode) {
  init::Surroundings around;
  around.environment = std::move(environment);
  around.self = sys::current_identity(accounts);
  around.accounts = std::move(accounts);
  around.image_mode = mode;
  return around;
}

/// The keys in a plan, and what their lines begin with.
constexpr std::pair<const char*, const char*> kKeys[] = {
    {"dryRun", ""}, {"fallbackDryRun", "else "}, {"repairDryRun", "repair "}};

std::string file_line(const Json& file) {
  return fmt::format("  {} ({} bytes, {} old)", one_line(file["path"].get<std::string>()),
                     file["bytes"].get<std::int64_t>(), file["age"].get<std::string>());
}

void add_verb(const std::string& verb, const Json& all, std::vector<std::string>& lines) {
  const auto count = all["files"].get<std::size_t>();
  lines.push_back(fmt::format("would {} {} file{}, {} bytes", verb, count, count == 1 ? "" : "s",
                              all["bytes"].get<std::int64_t>()));
  for (const Json& file : all["first"]) lines.push_back(file_line(file));
  const std::size_t more = count - all["first"].size();
  if (more > 0) lines.push_back(fmt::format("  and {} more", more));
}

std::vector<std::string> lines_of(const Json& foreseen) {
  if (foreseen.empty()) return {"would change nothing"};
  if (foreseen.contains("problem")) {
    return {"dry run: " + one_line(foreseen["problem"].get<std::string>())};
  }
  std::vector<std::string> lines;
  for (const auto& [verb, all] : foreseen.items()) add_verb(verb, all, lines);
  return lines;
}

}  // namespace

DryRun::DryRun(Loaded loaded, config::Environ environment, sys::Accounts accounts)
    : loaded_(std::move(loaded)),
      preflight_(loaded_.model,
                 surroundings(std::move(environment), std::move(accounts), loaded_.image_mode)) {}

Result<std::unique_ptr<DryRun>> DryRun::of(const std::optional<std::string>& file) {
  config::Environ environment = container_environment();
  Loaded loaded = TRY(load_config(file, &environment));
  const auto accounts = sys::read_accounts();  // without them users are unknown, which is no matter
  return std::unique_ptr<DryRun>(new DryRun(std::move(loaded), std::move(environment), accounts));
}

Json DryRun::json(const std::string& id) const {
  const init::Recipes& recipes = preflight_.recipes();
  const auto& all = recipes.hooks();
  const auto recipe = std::find_if(all.begin(), all.end(),
                                   [&](const init::Recipe& one) { return one.hook()->id == id; });
  if (recipe == all.end()) return nullptr;
  const auto foreseen = recipe->foresee();
  if (!foreseen) return {{"problem", recipes.secrets().words_of(foreseen.error())}};
  if (!*foreseen) return nullptr;
  Json out = Json::object();
  for (const actions::Foreseen& one : **foreseen) {
    Json& verb = out[std::string(one.what)];
    if (verb.is_null()) verb = {{"files", 0}, {"bytes", 0}, {"first", Json::array()}};
    verb["files"] = verb["files"].get<std::int64_t>() + 1;
    verb["bytes"] = verb["bytes"].get<std::int64_t>() + one.bytes;
    if (verb["first"].size() == kMostListed) continue;
    verb["first"].push_back({{"path", shown_value(recipes.secrets().scrub(one.path))},
                             {"bytes", one.bytes},
                             {"age", format_duration(one.age)}});
  }
  return out;
}

std::vector<std::string> dry_run_lines(const Json& hook) {
  std::vector<std::string> lines;
  for (const auto& [key, before] : kKeys) {
    if (!hook.contains(key)) continue;
    for (const std::string& line : lines_of(hook[key])) lines.push_back(before + line);
  }
  return lines;
}

}  // namespace pintle::cli
