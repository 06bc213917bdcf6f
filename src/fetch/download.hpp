// fetch/download.hpp - requests a URL, follows redirections, and passes the content on.
#pragma once

#include <optional>

#include "base/result.hpp"
#include "fetch/record.hpp"
#include "fetch/request.hpp"
#include "http/body.hpp"

namespace pintle::fetch {

using http::Sink;

/// How a download ended.
struct Delivery {
  config::HttpUrl url{};  ///< of the last request
  Headers headers{};      ///< of the last request
  Validators validators{};
  bool is_unchanged = false;  ///< the server has no other version than the record's
};

/// Passes the content of `order` on to `sink`, piece by piece, in a fixed amount of memory. `known`
/// describes the version that exists already. Only the content of a response with status 200 is
/// passed on. Errors: those of connecting and TLS; another status; too many redirections; content
/// that is incomplete or above the limit; those of the sink. An error shows only scheme, host and
/// path of a URL.
Result<Delivery> download(const Order& order, const std::optional<Record>& known, const Sink& sink);

}  // namespace pintle::fetch
