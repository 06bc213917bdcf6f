#include "hooks/pinned.hpp"

#include <fmt/format.h>

#include "base/shown.hpp"
#include "base/text.hpp"
#include "hooks/plan.hpp"

namespace pintle::hooks {

std::string why_not_pinned(const config::Model& model, std::string_view who,
                           const config::Command* command) {
  if (!model.requires_pinned || command == nullptr || command->verify) return {};
  const bool is_main = command == (model.main.command ? &*model.main.command : nullptr);
  const std::string advice =
      command->shell_form
          ? "a line for the shell cannot be verified; write a program and its \"arguments\""
          : fmt::format("add \"verify\" with the digest that 'pintle digest {}' prints",
                        one_line(shown_value(command->program), 80));
  return fmt::format(
      "{}: its program has no \"verify\", which \"trust\": {{\"require\": "
      "\"pinned\"}} demands; {}{}",
      who, advice, is_main ? "" : ", or use a built-in");
}

std::vector<std::string> not_pinned(const config::Model& model, config::ImageMode mode) {
  std::vector<std::string> lines;
  const auto add = [&](std::string line) {
    if (!line.empty()) lines.push_back(std::move(line));
  };
  for (const config::Role& role : config::roles_in(model)) {
    const config::Hook& hook = *role.hook;
    if (!runs_in(model, *role.root, mode)) continue;
    add(why_not_pinned(model, fmt::format("{} {}", config::name_of(hook.kind()), hook.id),
                       std::get_if<config::Command>(&hook.action)));
  }
  if (model.main.command) add(why_not_pinned(model, "main", &*model.main.command));
  return lines;
}

}  // namespace pintle::hooks
