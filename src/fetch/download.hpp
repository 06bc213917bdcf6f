// fetch/download.hpp - requests a URL, follows redirections, waits when the server says so, resumes
// where a connection was cut, and passes the content on.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "fetch/record.hpp"
#include "fetch/request.hpp"

namespace pintle::fetch {

/// Where the content goes.
struct Target {
  std::function<Result<void>(std::string_view piece)> add;
  std::function<Result<void>()> restart;  ///< forget what was added: the content begins again
  /// The content will be compared with a digest, so parts of two versions would be detected.
  bool has_digest = false;
};

/// How a download ended.
struct Delivery {
  Order order{};  ///< the last one: redirections have changed it
  Validators validators{};
  bool is_unchanged = false;  ///< the server has no other version than the record's
};

/// Passes the content of `order` on to `target`, piece by piece, in a fixed amount of memory.
/// `known` describes the version that exists already. Only the content of a successful response is
/// passed on. Errors: those of transfer(); another status; too many redirections; content that is
/// incomplete or above the limit; those of the target. An error shows only scheme, host and path of
/// a URL.
Result<Delivery> download(const Order& order, const std::optional<Record>& known,
                          const Target& target);

}  // namespace pintle::fetch
