// fetch/download.hpp - asks for a URL, follows redirections, and passes the content on.
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
  Headers headers{};      ///< those it was sent with
  Validators validators{};
  bool is_unchanged = false;  ///< it is what the record is about, and nothing was passed on
};

/// Passes what `order` asks for on to `sink`, piece by piece, in a fixed amount of memory; `known`
/// is what there is already. Nothing is passed on of an answer that is not 200. Errors: those of
/// connecting and TLS; another status; too many redirections; content that is cut or above the
/// limit; those of the sink. None has more of a URL in it than scheme, host and path.
Result<Delivery> download(const Order& order, const std::optional<Record>& known, const Sink& sink);

}  // namespace pintle::fetch
