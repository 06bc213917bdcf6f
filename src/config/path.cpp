#include "config/path.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace pintle::config {

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
  const std::string_view name = base_name(path);
  const bool has_name = !name.empty() && name != "." && name != "..";
  return has_name ? std::string() : "it names no file; write the name after the last \"/\"";
}

std::string check_files_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view folder =
      std::string_view(path).substr(0, slash == std::string::npos ? 0 : slash);
  if (is_pattern(folder)) return std::string(kOnlyLastIsPattern);
  return check_entry_path(path);
}

std::string check_program_path(const std::string& path) {
  return path.find('/') == std::string::npos ? check_path(path) : check_entry_path(path);
}

std::string check_text(const TextKind& kind, const std::string& text) {
  std::string wrong = kind.is_path ? check_path(text) : std::string();
  if (wrong.empty() && kind.check != nullptr) wrong = kind.check(text);
  return wrong;
}

}  // namespace pintle::config
