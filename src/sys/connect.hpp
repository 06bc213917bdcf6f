// sys/connect.hpp - connects to a port or a Unix socket, which blocks, so only children do it; and
// listens on a port.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

enum class Names : bool {
  none,    ///< only addresses and "localhost": no resolver is asked
  lookup,  ///< getaddrinfo(3)
};

/// Connects to `host`:`port`: tries each of its addresses until one accepts. `patience` limits each
/// single connect, send and receive. Errors: those of getaddrinfo(3), as text; those of connect(2).
Result<Fd> connect_to(const std::string& host, std::uint16_t port, Names names,
                      std::optional<Duration> patience = {});

/// Connects to the Unix stream socket `path`. Errors: a path too long for unix(7); connect(2).
Result<Fd> connect_to_path(const std::string& path);

// Over a connected stream socket. Errors: those of send(2) and recv(2).
Result<void> send_all(const Fd& socket, std::string_view text);
Result<std::size_t> receive(const Fd& socket, std::span<char> into);  ///< 0 at the end

/// Listens on `host`, an IPv4 or IPv6 address; the socket is non-blocking. "::" accepts IPv4 as
/// well. Errors: `host` is not an address; those of bind(2) and listen(2).
Result<Fd> listen_on(const std::string& host, std::uint16_t port);

}  // namespace pintle::sys
