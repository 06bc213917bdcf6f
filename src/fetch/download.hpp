// fetch/download.hpp - asks for a URL, follows redirections, and passes the content on.
#pragma once

#include "base/result.hpp"
#include "fetch/request.hpp"
#include "http/body.hpp"

namespace pintle::fetch {

using http::Sink;

/// Passes what `order` asks for on to `sink`, piece by piece, in a fixed amount of memory. Nothing
/// is passed on of an answer that is not 200. Errors: those of connecting and TLS; another status;
/// too many redirections; content that is cut or above the limit; those of the sink. None has more
/// of a URL in it than scheme, host and path.
Result<void> download(const Order& order, const Sink& sink);

}  // namespace pintle::fetch
