#include "init/programs.hpp"

#include <fmt/format.h>
#include <linux/capability.h>
#include <unistd.h>

#include <algorithm>

#include "base/shown.hpp"
#include "hooks/forbidden.hpp"
#include "hooks/pinned.hpp"
#include "init/child.hpp"

namespace pintle::init {
namespace {

using config::ImageMode;

constexpr std::string_view kAllow =
    "start with --allow-new-privileges, or \"confinement\": {\"noNewPrivileges\": false}";

/// Main's bounding set after its step-down, which empties it if it is permitted to.
sys::CapabilitySet bounding_of_main(const Recipes& recipes) {
  const Surroundings& around = recipes.around();
  const bool is_limited = around.self.uid == 0 && recipes.main().identity().uid != 0 &&
                          around.capabilities.has(CAP_SETPCAP);
  return is_limited ? sys::CapabilitySet{recipes.main().kept().bits & around.bounding.bits}
                    : around.bounding;
}

/// Why main will not get some of the file's capabilities, although the kernel starts it without an
/// error; "" if it gets all.
std::string why_without_capabilities(const Recipes& recipes, const sys::FilePrivileges& file) {
  const Surroundings& around = recipes.around();
  const bool is_forbidden = recipes.model().confinement.no_new_privileges;
  const sys::CapabilitySet had = is_forbidden ? recipes.main().kept() : bounding_of_main(recipes);
  const sys::CapabilitySet lost{file.capabilities.bits & ~had.bits};
  if (lost.empty()) return {};
  std::vector<std::string_view> advice;
  if ((lost.bits & ~around.bounding.bits) != 0) advice.push_back("add them with --cap-add");
  if (around.self.uid == 0) {
    advice.push_back("name them in \"confinement\": {\"capabilities\": […]}");
  } else if (is_forbidden) {
    advice.push_back(kAllow);
  }
  return fmt::format("has the file capabilities {}, which have no effect {}; {}",
                     sys::capability_names(lost),
                     is_forbidden ? "under no_new_privs" : "since main's bounding set lacks them",
                     fmt::join(advice, " and "));
}

/// Why set-user-ID and set-group-ID of the file have no effect: the kernel ignores them silently
/// under no_new_privs. "" if the file has none.
std::string why_without_ids(const Recipes& recipes, const sys::FilePrivileges& file) {
  const sys::Identity& self = recipes.main().identity();
  const bool has_uid = file.uid && *file.uid != self.uid;
  const auto is_there = [&](gid_t gid) {
    return std::find(self.groups.begin(), self.groups.end(), gid) != self.groups.end();
  };
  const bool has_gid = file.gid && *file.gid != self.gid && !is_there(*file.gid);
  const bool is_forbidden = recipes.model().confinement.no_new_privileges;
  if (!is_forbidden || (!has_uid && !has_gid)) return {};
  return fmt::format("is {}{}{}, which has no effect under no_new_privs; {}",
                     has_uid ? fmt::format("set-user-ID (uid {})", *file.uid) : "",
                     has_uid && has_gid ? " and " : "",
                     has_gid ? fmt::format("set-group-ID (gid {})", *file.gid) : "", kAllow);
}

}  // namespace

std::string why_shell(const Recipe& recipe) {
  const config::Command* command = recipe.command();
  if (recipe.around().image_mode != ImageMode::prebuilt || command == nullptr) return {};
  if (recipe.is_main() && !command->shell_form) return {};
  if (command->shell_form) return hooks::refusal(recipe.name(), "its command needs a shell");
  sys::Child started = program_of(recipe);
  std::string why = hooks::why_forbidden(started.argv, started.candidates);
  if (why.empty() && command->verify && command->verify->interpreter) {
    const std::string& interpreter = command->verify->interpreter->path;
    why = hooks::why_forbidden({interpreter}, {interpreter});
  }
  if (why.empty()) return {};
  // Secrets are removed before a word is cut: a part of a secret would not be recognized.
  const Secrets& secrets = recipe.basis().secrets();
  for (std::string& word : started.argv) word = secrets.scrub(std::move(word));
  const std::string said = hooks::why_forbidden(started.argv, started.candidates);
  return hooks::refusal(recipe.name(), secrets.scrub(said.empty() ? why : said));
}

void refuse_shells(const Recipes& recipes, Refusal& refusal) {
  for (const Recipe* recipe : recipes.running()) {
    if (recipe->is_for_each()) continue;  // its program is known only when it starts
    if (std::string why = why_shell(*recipe); !why.empty()) {
      refusal.add(ExitCode::refused, std::move(why));
    }
  }
}

void refuse_unpinned(const Recipes& recipes, Refusal& refusal) {
  for (const Recipe* recipe : recipes.running()) {
    std::string why = hooks::why_not_pinned(recipes.model(), recipe->name(), recipe->command());
    if (!why.empty()) refusal.add(ExitCode::refused, std::move(why));
  }
}

void refuse_without_fetch(const Recipes& recipes, Refusal& refusal) {
  const std::string& program = recipes.around().fetch_program;
  if (::access(program.c_str(), X_OK) == 0) return;
  for (const Recipe* recipe : recipes.running()) {
    const config::Command* command = recipe->command();
    const bool verifies = command != nullptr && command->verify;
    if (!verifies && !recipe->is_apart()) continue;
    const std::string_view key =
        verifies ? "verify" : std::get<config::Builtin>(recipe->hook()->action).spec->name;
    refusal.add(ExitCode::config,
                fmt::format("{}: \"{}\" is done by '{}', which is not there; copy it to where "
                            "pintle is: COPY --from=pintle / /",
                            recipe->name(), key, program));
  }
}

std::string note_on_main_file(const Recipes& recipes) {
  const Recipe& main = recipes.main();
  if (main.command() == nullptr || main.command()->shell_form) return {};
  const sys::Child program = program_of(main);
  const auto there =
      std::find_if(program.candidates.begin(), program.candidates.end(),
                   [](const std::string& path) { return ::access(path.c_str(), X_OK) == 0; });
  if (there == program.candidates.end() || main.identity().uid == 0) return {};
  const sys::FilePrivileges file = sys::file_privileges(*there);
  const bool insists_in_vain =
      file.insists && (file.capabilities.bits & ~bounding_of_main(recipes).bits) != 0;
  if (insists_in_vain) return {};  // execve(2) will fail, and its error is reported
  const std::string capabilities = why_without_capabilities(recipes, file);
  const std::string ids = why_without_ids(recipes, file);
  if (capabilities.empty() && ids.empty()) return {};
  const char* const both = capabilities.empty() || ids.empty() ? "" : "; it ";
  return fmt::format("'{}' {}{}{}", shown_value(recipes.secrets().scrub(*there)), capabilities,
                     both, ids);
}

}  // namespace pintle::init
