// fetch/response.hpp - the head of a response from a server or a proxy.
#pragma once

#include "base/result.hpp"
#include "fetch/connection.hpp"
#include "http/exchange.hpp"

namespace pintle::fetch {

/// Errors: those of Connection::read() and http::receive_head().
Result<http::Response> receive_head(Connection& connection);

/// The error of a response whose status is not the expected one: "HTTP status 404 Not Found".
Error unusable(const http::Head& head);

}  // namespace pintle::fetch
