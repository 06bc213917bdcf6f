// describe/value_help.hpp - forms in words: for the schema's descriptions and the reference.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/form.hpp"

namespace pintle::describe {

struct ValueHelp {
  std::string_view name;   ///< as the schema calls it
  std::string_view title;  ///< for people; empty: it explains itself
  std::string_view help;   ///< how to write one
};

std::span<const ValueHelp> value_helps() noexcept;

/// How to write a value of that name; "" if there is nothing to say.
std::string_view value_help(std::string_view name) noexcept;

/// The text of an example or a default as JSON.
std::string json_text(std::string_view text, const config::Form& form);

}  // namespace pintle::describe
