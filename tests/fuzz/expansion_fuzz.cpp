// Any bytes as a text with variables: the check before the start, the expansion of arguments and,
// where all variables have braces, that of a template agree, and a value is never expanded again.
#include "config/expansion.hpp"
#include "fuzz.hpp"

using namespace pintle;
using namespace pintle::config;

namespace {

constexpr std::string_view kMark = "\x01$A${B}\x01";

Variable fixed(std::string name, std::string value) {
  Variable variable;
  variable.name = std::move(name);
  variable.value = std::move(value);
  return variable;
}

bool has_dollar(std::string_view text) {
  return text.find('$') != std::string_view::npos;
}

/// In a template every other $ stays as it is.
bool has_only_braces(std::string_view text) {
  for (std::size_t at = text.find('$'); at != text.npos; at = text.find('$', at + 1)) {
    if (!text.substr(at + 1).starts_with('{')) return false;
  }
  return true;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text(data, size);
  const Environ container{"A=" + std::string(kMark), "PATH=/bin", "_1=x"};
  const Variables none;
  // The time that NOW stands for may change between two expansions that have to agree.
  const Variables top{fixed("NOW", "2026-11-30T10:00:00Z")};
  const Scope scope(container, top, none);
  std::vector<MissingVariable> missing;
  const auto expanded = expand(text, scope, missing);
  fuzz::require(bool(expanded) == check_expansion(text).empty(),
                "what the check accepts can be expanded, and nothing else");
  const auto rendered = render(text, scope);
  if (text.find("${") == text.npos) {
    fuzz::require(rendered && *rendered == text, "a template without ${ stays as it is");
  } else if (has_only_braces(text)) {
    fuzz::require(bool(rendered) == (bool(expanded) && missing.empty()),
                  "a template is rendered when it can be expanded and nothing is missing");
    if (rendered) fuzz::require(*rendered == *expanded, "both give the same");
  }
  if (!expanded) return 0;
  if (!has_dollar(text)) fuzz::require(*expanded == text, "a text without $ stays as it is");
  if (text == "$A" || text == "${A}") fuzz::require(*expanded == kMark, "values stay untouched");
  fuzz::require(expanded->size() <= (text.size() + 1) * (kMark.size() + 1), "it is expanded once");
  return 0;
}
