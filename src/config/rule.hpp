// config/rule.hpp - what must hold between the keys of an object, as data. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pintle::config {

struct Rule {
  enum class Type : std::uint8_t {
    exactly_one,
    at_least_one,
    at_most_one,
    needs,     ///< the first key needs the second
    lone_key,  ///< the object has exactly one key
  };
  Type type;
  std::span<const std::string_view> keys = {};
};

/// Returns how an object with these keys breaks `rule`; "" if it does not.
std::string broken(const Rule& rule, std::span<const std::string_view> keys);

}  // namespace pintle::config
