// init/secrets.hpp - the values that are shown nowhere, in no line of ours and in no output that
// becomes one. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pintle::init {

class Secrets {
 public:
  Secrets() = default;
  /// Knows each value also as a message would show it, and each of its lines.
  explicit Secrets(std::vector<std::string> values);

  /// `text` with every secret in it as "***".
  std::string scrub(std::string text) const;

  /// The same for a text whose end was cut off: a secret that begins there is hidden as well.
  std::string scrub_cut(std::string text) const;

  /// How many bytes at the end of `text` are the beginning, not the whole, of a secret.
  std::size_t begun_in(std::string_view text) const noexcept;

  /// The message of `error`, scrubbed before any part of a value is left out: of a secret no piece
  /// would be recognized.
  std::string words_of(Error error) const;

 private:
  std::vector<std::string> values_{};  ///< the longest first
};

}  // namespace pintle::init
