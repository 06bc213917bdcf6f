// The launcher's part for a dry run: what a built-in would do, asked in this process, which changes
// nothing and steps down to nobody.
#include <fmt/format.h>

#include <set>

#include "init/actions.hpp"
#include "init/launcher.hpp"
#include "sys/process.hpp"

namespace pintle::init {
namespace {

Error unset(const std::set<std::string>& names) {
  const char* verb = names.size() == 1 ? "is" : "are";
  return {
      "tell what it would do", 0, {}, fmt::format("{} {} not set", fmt::join(names, ", "), verb)};
}

}  // namespace

Result<std::optional<std::vector<hooks::Foreseen>>> Launcher::foresee(Owner owner) const {
  const auto* use = std::get_if<config::Builtin>(&model_.hooks[owner].action);
  if (use == nullptr || is_skipped(owner)) return std::nullopt;
  std::vector<config::MissingVariable> missing;
  for (const std::string& text : texts(owner)) (void)config::expand(text, scope(owner), missing);
  std::set<std::string> names;
  for (const auto& variable : missing) names.insert(variable.name);
  if (!names.empty()) return unset(names);
  const sys::DirectoryChange there = TRY(sys::DirectoryChange::to(directory(owner)));
  const config::Scope variables = scope(owner);
  return preview(builtin(owner), {around_.accounts, variables});
}

}  // namespace pintle::init
