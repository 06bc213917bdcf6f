// init/secrets.hpp - removes secret values from pintle's log lines and from output of hooks that is
// logged. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pintle::init {

class Secrets {
 public:
  Secrets() = default;
  /// Each value is also recognized in the form in which a message shows it, and so is each of its
  /// lines.
  explicit Secrets(std::vector<std::string> values);

  /// Adds a secret that is known only now, in all its forms.
  void add(const std::string& secret);

  /// `text` with every secret in it as "***".
  std::string scrub(std::string text) const;

  /// The same for a text whose end was cut off: also replaces the beginning of a secret at the end.
  std::string scrub_cut(std::string text) const;

  /// How many bytes at the end of `text` are the beginning of a secret, but not a whole one.
  std::size_t begun_in(std::string_view text) const noexcept;

  /// The message of `error` without secrets. They are removed before the message shortens a value:
  /// a part of a secret would not be recognized.
  std::string words_of(Error error) const;

 private:
  std::vector<std::string> values_{};                  ///< the longest first
  std::vector<std::vector<std::uint32_t>> borders_{};  ///< of each, see begun_in()
};

}  // namespace pintle::init
