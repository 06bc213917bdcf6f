// What the tests of variables share: a container, entries, and texts as they are expanded.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "config/expansion.hpp"

using namespace pintle::config;

inline const Environ kContainer{"A=container a", "B=container b", "EMPTY=",    "PATH=/opt/bin",
                                "A=second a",    "X1=one",        "NO_EQUALS", "=odd"};
inline const Variables kNone;

inline Variable fixed(const std::string& name, const std::string& value) {
  return {.name = name, .value = value};
}
inline Variable with_default(const char* name, const char* value) {
  return {.name = name, .fallback = value};
}
inline Variable required(const char* name, const char* description) {
  return {.name = name, .description = description};
}

inline std::string joined(const std::vector<MissingVariable>& missing) {
  std::string names;
  for (const MissingVariable& one : missing) names += (names.empty() ? "" : " ") + one.name;
  return names;
}

struct Expanded {
  std::string text;
  std::string missing;
};

inline Expanded expanded(std::string_view text, const Scope& scope) {
  std::vector<MissingVariable> missing;
  auto result = expand(text, scope, missing);
  REQUIRE(result);
  return {*result, joined(missing)};
}

inline bool contains_all(const std::vector<std::string>& all,
                         const std::vector<std::string>& some) {
  return std::all_of(some.begin(), some.end(), [&](const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  });
}
