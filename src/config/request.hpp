// config/request.hpp - the use of an action as bytes: PID 1 writes them, pintle-fetch reads them
// from its standard input. They contain secrets, so they are never passed as arguments or
// environment, which others can see (proc(5)).
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

/// The largest request that is accepted, in bytes.
inline constexpr std::size_t kLargestRequest = 4U << 20U;

/// pintle-fetch writes it to its standard input, a socket, when no other process can trace it any
/// more. Only then is the request sent.
inline constexpr char kReady = 'r';

struct Request {
  std::string action;
  std::vector<std::pair<std::string, std::string>> values;  ///< in their order; names may repeat

  /// The first value of that name; "" if there is none.
  std::string text(std::string_view name) const;
  bool has(std::string_view name) const noexcept;
  /// nullopt if there is none, or if it is not a whole number of 0 or more.
  std::optional<std::int64_t> number(std::string_view name) const noexcept;
  /// All values of that name.
  std::vector<std::string> texts(std::string_view name) const;
};

/// Encodes `use`, whose variables are expanded: "name NUL value NUL" for each parameter, after one
/// named "action". Numbers are decimal, durations are in milliseconds. Each item of an array is a
/// pair, and each member of an object, as "KEY: VALUE". `more` follows unchanged. Errors: a NUL in
/// a value.
Result<std::string> encode_request(const Builtin& use, const Pairs& more = {});

/// The same for what is no built-in of a config: the command `action` of pintle.
Result<std::string> encode_request(std::string_view action, const Pairs& values);

/// Errors: the bytes are not from encode_request().
Result<Request> decode_request(std::string_view bytes);

}  // namespace pintle::config
