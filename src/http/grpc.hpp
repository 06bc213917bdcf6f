// http/grpc.hpp - grpc.health.v1.Health/Check over HTTP/2 (RFC 9113, the gRPC HTTP/2 protocol):
// only what one call without compression needs. The server is not trusted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "http/exchange.hpp"

namespace pintle::http::grpc {

struct Call {
  std::string_view authority;  ///< the pseudo-header :authority, "host:port"
  std::string_view service;    ///< "": the server as a whole
  bool is_secure = false;      ///< the connection uses TLS
};

/// Returns all bytes that the client sends without waiting for the server: preface, settings, the
/// headers of the call and its message, which names the service. Pure.
std::string request_bytes(const Call& call);

/// The status in the response: HealthCheckResponse.ServingStatus.
enum class Serving : std::uint8_t { unknown, serving, not_serving, service_unknown };

/// "SERVING": the name in grpc.health.v1.
std::string_view name_of(Serving serving) noexcept;

/// Reads the response from the bytes that the server sends, frame by frame. Pure.
class CheckResponse {
 public:
  /// Takes the next bytes. Returns the status if the message is complete, nullopt if more bytes are
  /// needed. Errors: the server does not speak HTTP/2, or refuses the call; the message is not a
  /// HealthCheckResponse.
  Result<std::optional<Serving>> feed(std::string_view bytes);

  /// Returns, and forgets, what must be sent to the server now: the acknowledgements of its
  /// settings and pings.
  std::string take_replies() { return std::exchange(replies_, {}); }

 private:
  struct Frame {
    std::uint8_t type;
    std::uint8_t flags;
    std::uint32_t stream;
    std::string_view payload;
  };

  Result<std::optional<Serving>> message_status() const;
  Result<void> take(const Frame& frame);
  Result<void> take_data(const Frame& frame);

  std::string bytes_{};    ///< not yet read: the beginning of a frame
  std::string message_{};  ///< the part of it that has arrived
  std::string replies_{};
  bool saw_settings_ = false;
  bool is_ended_ = false;
};

/// Makes the call over a connection. Returns "gRPC status SERVING". Errors: another status; those
/// of CheckResponse::feed(), `write` and `read`; the connection ended before the message.
Result<std::string> check(const Call& call, const Write& write, const Read& read);

}  // namespace pintle::http::grpc
