// The launcher's part for a main whose file would give it more than it gets: capabilities, another
// uid or gid.
#include <fmt/format.h>
#include <linux/capability.h>
#include <unistd.h>

#include <algorithm>

#include "base/shown.hpp"
#include "init/launcher.hpp"

namespace pintle::init {
namespace {

constexpr std::string_view kAllow =
    "start with --allow-new-privileges, or \"confinement\": {\"noNewPrivileges\": false}";

}  // namespace

/// What main's bounding set will be: a step down that may empties it.
sys::CapabilitySet Launcher::bounding_of_main() const {
  const bool is_limited =
      around_.self.uid == 0 && main_.identity.uid != 0 && around_.capabilities.has(CAP_SETPCAP);
  return is_limited ? sys::CapabilitySet{kept_.bits & around_.bounding.bits} : around_.bounding;
}

/// Of the capabilities that the file has those that main will lack without a word.
std::string Launcher::why_without_capabilities(const sys::FilePrivileges& file) const {
  const bool is_forbidden = model_.confinement.no_new_privileges;
  const sys::CapabilitySet had = is_forbidden ? kept_ : bounding_of_main();
  const sys::CapabilitySet lost{file.capabilities.bits & ~had.bits};
  if (lost.empty()) return {};
  std::vector<std::string_view> advice;
  if ((lost.bits & ~around_.bounding.bits) != 0) advice.push_back("add them with --cap-add");
  if (around_.self.uid == 0) {
    advice.push_back("name them in \"confinement\": {\"capabilities\": […]}");
  } else if (is_forbidden) {
    advice.push_back(kAllow);
  }
  return fmt::format("has the file capabilities {}, which have no effect {}; {}",
                     sys::capability_names(lost),
                     is_forbidden ? "under no_new_privs" : "since main's bounding set lacks them",
                     fmt::join(advice, " and "));
}

/// no_new_privs leaves these without effect, and without a word.
std::string Launcher::why_without_ids(const sys::FilePrivileges& file) const {
  const sys::Identity& self = main_.identity;
  const bool has_uid = file.uid && *file.uid != self.uid;
  const auto is_there = [&](gid_t gid) {
    return std::find(self.groups.begin(), self.groups.end(), gid) != self.groups.end();
  };
  const bool has_gid = file.gid && *file.gid != self.gid && !is_there(*file.gid);
  if (!model_.confinement.no_new_privileges || (!has_uid && !has_gid)) return {};
  return fmt::format("is {}{}{}, which has no effect under no_new_privs; {}",
                     has_uid ? fmt::format("set-user-ID (uid {})", *file.uid) : "",
                     has_uid && has_gid ? " and " : "",
                     has_gid ? fmt::format("set-group-ID (gid {})", *file.gid) : "", kAllow);
}

/// One line about a main that would have more by its file than it will.
void Launcher::remark_on_file_privileges() {
  if (!model_.main.command || model_.main.command->shell_form) return;
  sys::Child program;
  program.directory = directory(kMain);
  set_program(kMain, *model_.main.command, program);
  const auto there =
      std::find_if(program.candidates.begin(), program.candidates.end(),
                   [](const std::string& path) { return ::access(path.c_str(), X_OK) == 0; });
  if (there == program.candidates.end() || main_.identity.uid == 0) return;
  const sys::FilePrivileges file = sys::file_privileges(*there);
  const bool insists_in_vain =
      file.insists && (file.capabilities.bits & ~bounding_of_main().bits) != 0;
  if (insists_in_vain) return;  // it is not executed, which says why
  const std::string capabilities = why_without_capabilities(file);
  const std::string ids = why_without_ids(file);
  if (capabilities.empty() && ids.empty()) return;
  const char* const both = capabilities.empty() || ids.empty() ? "" : "; it ";
  remarks_.push_back(
      fmt::format("'{}' {}{}{}", shown_value(scrub(*there)), capabilities, both, ids));
}

}  // namespace pintle::init
