#include "config/path.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/environment.hpp"
#include "config/reader.hpp"

namespace pintle::config {
namespace {

bool is_final(const std::string& text) noexcept {
  return text.find('$') == std::string::npos;
}

}  // namespace

std::string made_wrong(std::string_view text, std::string_view shown, std::string_view why) {
  const std::string what = shown.empty() ? "nothing" : fmt::format("\"{}\"", shown);
  // Some reasons begin with the value that they are about, which is shown already.
  const std::string begin = what + ": ";
  if (why.starts_with(begin)) why.remove_prefix(begin.size());
  return fmt::format("\"{}\" stands for {}: {}", one_line(text, 60), what, why);
}

std::string check_path(const std::string& path) {
  return is_blank(path) && !path.empty() ? "there are only blanks in it" : std::string();
}

std::string check_entry_path(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);  // of npos too
  const bool has_name = !name.empty() && name != "." && name != "..";
  return has_name ? std::string() : "it names no file; write the name behind the last \"/\"";
}

std::string check_program_path(const std::string& path) {
  return path.find('/') == std::string::npos ? check_path(path) : check_entry_path(path);
}

std::optional<std::string> Reader::path(const Node& node) {
  auto value = expandable(node);
  const std::string wrong = value && is_final(*value) ? check_path(*value) : std::string();
  if (!wrong.empty()) problem(node.at, wrong);
  return value;
}

std::optional<std::string> Reader::entry_path(const Node& node) {
  auto value = path(node);
  const std::string wrong = value && is_final(*value) ? check_entry_path(*value) : std::string();
  if (!wrong.empty()) problem(node.at, wrong);
  return value;
}

void Reader::mention(const std::string& name, Position at) {
  const auto [first, is_new] = mentions_.emplace(name, at);
  if (!is_new && stands_before(at, first->second)) first->second = at;
}

std::string Reader::check_variables(const Node& node) {
  for (const std::string& name : names_in(node.text)) mention(name, node.at);
  return check_expansion(node.text);
}

void Reader::check_expanded(const Node& node, std::string (*check)(const std::string& text)) {
  if (is_final(node.text)) {
    if (std::string wrong = check(node.text); !wrong.empty()) problem(node.at, std::move(wrong));
    return;
  }
  const auto found = resolve_ ? resolve_(node.text, own_) : std::nullopt;
  if (!found || found->value.empty()) return;
  std::string wrong = check(found->value);
  if (wrong.empty()) return;
  if (found->value != node.text) wrong = made_wrong(node.text, found->shown, wrong);
  problem(node.at, std::move(wrong));
}

}  // namespace pintle::config
