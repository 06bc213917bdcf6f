// sys/http.hpp - connecting to a port, and as much of HTTP/1.1 (RFC 9112) as a look at a status
// needs. Blocks; for children. The other side is not trusted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

enum class Names : bool {
  none,    ///< literals and "localhost" only: no resolver is asked
  lookup,  ///< getaddrinfo(3)
};

/// Connects to `host`:`port`, to each of its addresses until one accepts. With `patience`, no
/// single connecting, sending or receiving takes longer. Errors: those of getaddrinfo(3) in words,
/// of connect(2).
Result<Fd> connect_to(const std::string& host, std::uint16_t port, Names names,
                      std::optional<Duration> patience = {});

/// Connects to the Unix stream socket `path`. Errors: a path too long for unix(7); connect(2).
Result<Fd> connect_to_path(const std::string& path);

/// Sends GET for `target` and returns the final status. Errors: no answer, one that is no HTTP/1.
Result<int> get_status(const Fd& socket, std::string_view host_header, std::string_view target);

/// The status code of the first final (not 1xx) response at the front of `head`; 0 while it is not
/// complete, -1 when it is no HTTP response. Pure.
int final_status(std::string_view head) noexcept;

}  // namespace pintle::sys
