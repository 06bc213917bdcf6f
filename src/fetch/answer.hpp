// fetch/answer.hpp - the beginning of what a server or a proxy answers.
#pragma once

#include "base/result.hpp"
#include "fetch/connection.hpp"
#include "http/exchange.hpp"

namespace pintle::fetch {

/// Errors: those of Connection::read() and http::receive_head().
Result<http::Response> receive_head(Connection& connection);

/// "HTTP status 404 Not Found": a status that is of no use.
Error unusable(const http::Head& head);

}  // namespace pintle::fetch
