// http/grpc.hpp - grpc.health.v1.Health/Check over HTTP/2 (RFC 9113, the gRPC HTTP/2
// protocol): as much of it as one call without compression needs. The other side is not trusted.
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
  std::string_view authority;  ///< RFC 9113's, "host:port"
  std::string_view service;    ///< "" is the server as a whole
  bool is_secure = false;      ///< by TLS
};

/// Everything the client sends at once: preface, settings, the headers of the call and its message,
/// which names the service. Pure.
std::string text_of(const Call& call);

/// HealthCheckResponse.ServingStatus.
enum class Serving : std::uint8_t { unknown, serving, not_serving, service_unknown };

std::string_view name_of(Serving serving) noexcept;

/// Reads what the server sends, frame by frame. Pure.
class Answer {
 public:
  /// Takes the next bytes. The status once the message is whole; nullopt while more has to come.
  /// Errors: no HTTP/2; a call that the server refused; a message that is none.
  Result<std::optional<Serving>> feed(std::string_view bytes);

  /// What is to be sent to the server meanwhile: the acknowledgements of its settings and pings.
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

  std::string bytes_{};    ///< not read yet
  std::string message_{};  ///< of the call
  std::string replies_{};
  bool saw_settings_ = false;
  bool is_ended_ = false;
};

/// Makes the call over a connection. Returns "gRPC status SERVING". Errors: another status; those
/// of Answer::feed(), `write` and `read`; the connection was cut.
Result<std::string> check(const Call& call, const Write& write, const Read& read);

}  // namespace pintle::http::grpc
