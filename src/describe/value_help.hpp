// describe/value_help.hpp - describes forms in words, for the schema and the reference.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/form.hpp"

namespace pintle::describe {

struct ValueHelp {
  std::string_view name;   ///< the name in the schema
  std::string_view title;  ///< for people; empty: it needs no explanation
  std::string_view help;   ///< how to write one
};

std::span<const ValueHelp> value_helps() noexcept;

/// How to write a value of that name; "" if there is no help for it.
std::string_view value_help(std::string_view name) noexcept;

/// The text of an example or a default as JSON.
std::string json_text(std::string_view text, const config::Form& form);

}  // namespace pintle::describe
