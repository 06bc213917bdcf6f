#include "init/secrets.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "config/expansion.hpp"

namespace pintle::init {

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
  for (const std::string_view secret : values_) {
    std::size_t size = std::min(secret.size() - 1, text.size());
    while (size > longest && !text.ends_with(secret.substr(0, size))) --size;
    longest = std::max(longest, size);
  }
  return longest;
}

std::string Secrets::words_of(Error error) const {
  error.subject = scrub(std::move(error.subject));
  return scrub(error.message());
}

}  // namespace pintle::init
