// config/json.hpp - parses JSON to a tree in which every value has its place. Stricter than the
// library that it uses: duplicate keys, a byte order mark, NUL in strings and unlimited nesting are
// errors (RFC 8259 leaves the first three open, and parsers disagree on them). Comments are
// allowed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.hpp"

namespace pintle::config {

inline constexpr std::size_t kLargestConfig = 1U << 20U;
inline constexpr std::size_t kDeepestNesting = 64;
inline constexpr std::size_t kMostMembers = 4096;

struct Member;

struct Node {
  enum class Type : std::uint8_t { null, boolean, integer, fraction, string, array, object };

  Type type = Type::null;
  Position at{};
  bool truth = false;
  std::int64_t integer = 0;
  std::string text{};  ///< a string's value; a number as it was written
  std::vector<Node> items{};
  std::vector<Member> members;  ///< in the order of the text

  /// The member named `key`; nullptr if there is none.
  const Node* find(std::string_view key) const noexcept;
};

struct Member {
  std::string key;
  Position at;
  Node value;
};

/// "a string", "an object": for messages.
std::string_view name_of(Node::Type type) noexcept;

/// Parses `text`. Adds what is wrong to `problems`; if there is any problem, the tree must not be
/// used.
Node parse_json(std::string_view text, Problems& problems);

}  // namespace pintle::config
