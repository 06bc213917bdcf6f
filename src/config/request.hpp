// config/request.hpp - the use of an action as bytes, for the second program: PID 1 writes them,
// pintle-fetch reads them from its standard input. Never arguments or environment, which others can
// see (proc(5)): there are secrets among them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "config/model.hpp"

namespace pintle::config {

/// The largest request that is taken.
inline constexpr std::size_t kLargestRequest = 4U << 20U;

/// What pintle-fetch writes to its standard input, a socket, when nobody can trace it any more:
/// then it is sent the request.
inline constexpr char kReady = 'r';

struct Request {
  std::string action;
  std::vector<std::pair<std::string, std::string>> values;  ///< in their order; names may repeat

  /// The first value of that name; "" if there is none.
  std::string text(std::string_view name) const;
  bool has(std::string_view name) const noexcept;
  /// nullopt if there is none, or when it is no whole number of 0 or more.
  std::optional<std::int64_t> number(std::string_view name) const noexcept;
  /// All values of that name.
  std::vector<std::string> texts(std::string_view name) const;
};

/// `use`, whose texts are expanded: "name NUL value NUL" for each parameter, after one named
/// "action". Numbers are decimal, durations milliseconds; of an array each item is a pair of its
/// own, and so is each member of an object, as "KEY: VALUE". `more` follows, as it is. Errors: a
/// NUL in a value.
Result<std::string> encode_request(const Builtin& use, const Pairs& more = {});

/// Errors: bytes that encode_request() does not make.
Result<Request> decode_request(std::string_view bytes);

}  // namespace pintle::config
