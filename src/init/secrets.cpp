#include "init/secrets.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "config/expansion.hpp"

namespace pintle::init {

namespace {

/// For each beginning of `text`, the longest shorter one that it ends with: the table of Knuth,
/// Morris and Pratt.
std::vector<std::uint32_t> borders_of(std::string_view text) {
  std::vector<std::uint32_t> borders(text.size());
  std::uint32_t border = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    while (border > 0 && text[i] != text[border]) border = borders[border - 1];
    if (text[i] == text[border]) ++border;
    borders[i] = border;
  }
  return borders;
}

}  // namespace

/// Adds other forms of each value: messages show control characters as escapes, and a hook's output
/// is logged line by line.
Secrets::Secrets(std::vector<std::string> values) : values_(std::move(values)) {
  constexpr std::size_t kShortestLine = 4;  // a line like "-" or "}" is not secret
  for (std::size_t i = values_.size(); i-- > 0;) {
    const std::string secret = values_[i];
    std::string shown = one_line(secret, secret.size());
    if (shown == secret) continue;
    values_.push_back(std::move(shown));
    for (std::string_view rest = secret; !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      if (line.size() >= kShortestLine) values_.emplace_back(line);
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
  }
  // The longest first, so that a secret that contains another one is replaced completely.
  std::sort(values_.begin(), values_.end(),
            [](const auto& a, const auto& b) { return a.size() > b.size(); });
  values_.erase(std::unique(values_.begin(), values_.end()), values_.end());
  borders_.reserve(values_.size());
  for (const std::string& value : values_) borders_.push_back(borders_of(value));
}

void Secrets::add(const std::string& secret) {
  std::vector<std::string> values = values_;
  values.push_back(secret);
  for (std::string& form : config::formatted(secret)) values.push_back(std::move(form));
  *this = Secrets(std::move(values));
}

std::string Secrets::scrub(std::string text) const {
  for (const std::string& secret : values_) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
      text.replace(at, secret.size(), "***");
      at += 3;
    }
  }
  return text;
}

std::string Secrets::scrub_cut(std::string text) const {
  // Fewer letters would mostly match by chance, and replacing them would reveal them.
  constexpr std::size_t kFewest = 4;
  text = scrub(std::move(text));
  const std::size_t begun = begun_in(text);
  if (begun >= kFewest) text.replace(text.size() - begun, begun, "***");
  return text;
}

std::size_t Secrets::begun_in(std::string_view text) const noexcept {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const std::string_view secret = values_[i];
    const std::vector<std::uint32_t>& borders = borders_[i];
    std::size_t begun = 0;
    for (const char c : text.substr(text.size() - std::min(text.size(), secret.size() - 1))) {
      while (begun > 0 && c != secret[begun]) begun = borders[begun - 1];
      if (c == secret[begun]) ++begun;
    }
    longest = std::max(longest, begun);
  }
  return longest;
}

std::string Secrets::words_of(Error error) const {
  error.subject = scrub(std::move(error.subject));
  return scrub(error.message());
}

}  // namespace pintle::init
