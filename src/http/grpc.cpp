#include "http/grpc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pintle::http::grpc {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::string_view kPath = "/grpc.health.v1.Health/Check";
constexpr std::size_t kFrameHead = 9;
/// The default of SETTINGS_MAX_FRAME_SIZE, which is not sent.
constexpr std::size_t kLargestFrame = 16384;
constexpr std::size_t kLargestMessage = 4096;
constexpr std::uint32_t kStream = 1;

// RFC 9113, section 6.
enum Type : std::uint8_t { kData, kHeaders, kReset = 3, kSettings, kPing = 6, kGoAway };
enum Flag : std::uint8_t { kEndStream = 1, kAck = 1, kEndHeaders = 4, kPadded = 8 };

Error unusable_grpc(std::string detail) {
  return {"use the response", 0, {}, std::move(detail)};
}

void put(std::string& out, std::uint32_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xffU);
}

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t size) noexcept {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(at, size)) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

void put_frame(std::string& out, Type type, int flags, std::uint32_t stream,
               std::string_view payload) {
  put(out, static_cast<std::uint32_t>(payload.size()), 3);
  out += static_cast<char>(type);
  out += static_cast<char>(flags);
  put(out, stream, 4);
  out += payload;
}

/// Seven bits in each byte, the lowest first: the integers of protobuf and HPACK.
void put_varint(std::string& out, std::size_t value) {
  for (; value >= 128; value >>= 7U) out += static_cast<char>(value % 128 + 128);
  out += static_cast<char>(value);
}

/// An integer whose first part is in the last `bits` bits of a byte, the others being 0 (RFC 7541
/// section 5.1).
void put_integer(std::string& out, unsigned bits, std::size_t value) {
  const std::size_t most = (std::size_t{1} << bits) - 1;
  out += static_cast<char>(std::min(value, most));
  if (value >= most) put_varint(out, value - most);
}

void put_text(std::string& out, std::string_view text) {
  put_integer(out, 7, text.size());  // not Huffman-coded
  out += text;
}

/// A header that no table stores (RFC 7541 section 6.2.2); `name` is its index in the static table.
void put_indexed(std::string& out, std::size_t name, std::string_view value) {
  put_integer(out, 4, name);
  put_text(out, value);
}

void put_field(std::string& out, std::string_view name, std::string_view value) {
  out += '\0';
  put_text(out, name);
  put_text(out, value);
}

std::string request_fields(const Call& call) {
  // RFC 7541, appendix A.
  constexpr std::uint8_t kMethodPost = 0x80 | 3;
  constexpr std::uint8_t kSchemeHttp = 0x80 | 6;
  constexpr std::uint8_t kSchemeHttps = 0x80 | 7;
  constexpr std::size_t kAuthorityName = 1;
  constexpr std::size_t kPathName = 4;
  const std::uint8_t scheme = call.is_secure ? kSchemeHttps : kSchemeHttp;
  std::string fields{static_cast<char>(kMethodPost), static_cast<char>(scheme)};
  put_indexed(fields, kPathName, kPath);
  put_indexed(fields, kAuthorityName, call.authority);
  put_field(fields, "content-type", "application/grpc");
  put_field(fields, "te", "trailers");
  put_field(fields, "user-agent", "pintle");
  return fields;
}

/// HealthCheckRequest{service = 1} after the prefix of gRPC, which says that the message is not
/// compressed, and its length.
std::string request_message(std::string_view service) {
  std::string message;
  if (!service.empty()) {
    message += '\x0a';  // field 1, a string
    put_varint(message, service.size());
    message += service;
  }
  std::string out(1, '\0');
  put(out, static_cast<std::uint32_t>(message.size()), 4);
  return out + message;
}

/// HealthCheckResponse{status = 1}; if the field is absent, the status is 0. Another field is an
/// error.
Result<Serving> status_in(std::string_view message) {
  if (message.empty()) return Serving::unknown;
  const bool is_status = message.size() == 2 && message[0] == '\x08';
  const auto value = is_status ? static_cast<unsigned char>(message[1]) : 0xffU;
  if (value > static_cast<unsigned>(Serving::service_unknown)) {
    return unusable_grpc("it is not a response of grpc.health.v1");
  }
  return static_cast<Serving>(value);
}

}  // namespace

std::string_view name_of(Serving serving) noexcept {
  constexpr std::string_view kNames[] = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
  return kNames[static_cast<std::size_t>(serving)];
}

std::string request_bytes(const Call& call) {
  std::string out(kPreface);
  put_frame(out, kSettings, 0, 0, {});
  put_frame(out, kHeaders, kEndHeaders, kStream, request_fields(call));
  put_frame(out, kData, kEndStream, kStream, request_message(call.service));
  return out;
}

Result<std::optional<Serving>> CheckResponse::feed(std::string_view bytes) {
  bytes_ += bytes;
  std::string_view rest = bytes_;
  while (rest.size() >= kFrameHead) {
    const std::size_t size = number_at(rest, 0, 3);
    const auto type = static_cast<std::uint8_t>(rest[3]);
    if (!saw_settings_ && type != kSettings) return unusable_grpc("it is not HTTP/2");
    if (size > kLargestFrame) return unusable_grpc("it has a frame that is too large");
    if (rest.size() < kFrameHead + size) break;
    TRY(take({type, static_cast<std::uint8_t>(rest[4]), number_at(rest, 5, 4) & 0x7fffffffU,
              rest.substr(kFrameHead, size)}));
    rest.remove_prefix(kFrameHead + size);
    // The message is complete: whatever follows, such as the end of the connection, does not
    // matter.
    if (const auto status = TRY(message_status())) return status;
  }
  bytes_.erase(0, bytes_.size() - rest.size());
  if (is_ended_)
    return unusable_grpc("the server does not know grpc.health.v1, or refused the call");
  return std::optional<Serving>();
}

Result<std::optional<Serving>> CheckResponse::message_status() const {
  constexpr std::size_t kPrefix = 5;
  if (message_.size() < kPrefix) return std::optional<Serving>();
  const std::size_t size = number_at(message_, 1, 4);
  if (message_[0] == '\1')
    return unusable_grpc("it is compressed, though pintle did not offer that");
  if (message_[0] != '\0') return unusable_grpc("it is not a response of grpc.health.v1");
  if (size > kLargestMessage) return unusable_grpc("its message is too large");
  if (message_.size() < kPrefix + size) return std::optional<Serving>();
  return std::optional(TRY(status_in(std::string_view(message_).substr(kPrefix, size))));
}

Result<void> CheckResponse::take(const Frame& frame) {
  const bool is_ack = (frame.flags & kAck) != 0;
  if (frame.type == kSettings) {
    saw_settings_ = true;
    if (!is_ack) put_frame(replies_, kSettings, kAck, 0, {});
  } else if (frame.type == kPing && !is_ack) {
    if (frame.payload.size() != 8) return unusable_grpc("it is not HTTP/2");
    put_frame(replies_, kPing, kAck, 0, frame.payload);
  } else if (frame.type == kGoAway && number_at(frame.payload, 0, 4) % (1U << 31U) < kStream) {
    return unusable_grpc("the server closes the connection");
  } else if (frame.stream == kStream && frame.type == kReset) {
    return unusable_grpc("the server ended the call");
  } else if (frame.stream == kStream && frame.type == kData) {
    return take_data(frame);
  } else if (frame.stream == kStream && frame.type == kHeaders) {
    is_ended_ = (frame.flags & kEndStream) != 0;
  }
  return {};
}

Result<void> CheckResponse::take_data(const Frame& frame) {
  std::string_view data = frame.payload;
  if ((frame.flags & kPadded) != 0) {
    const std::size_t padding = data.empty() ? 0 : static_cast<unsigned char>(data[0]);
    if (data.size() < padding + 1) return unusable_grpc("it is not HTTP/2");
    data = data.substr(1, data.size() - 1 - padding);
  }
  if (message_.size() + data.size() > kLargestMessage)
    return unusable_grpc("its message is too large");
  message_ += data;
  is_ended_ = (frame.flags & kEndStream) != 0;
  return {};
}

Result<std::string> check(const Call& call, const Write& write, const Read& read) {
  TRY(write(request_bytes(call)));
  CheckResponse response;
  std::array<char, 4096> chunk{};
  for (;;) {
    const std::size_t got = TRY(read(chunk));
    if (got == 0) return Error{"use the response", 0, {}, "the connection was cut"};
    const auto serving = TRY(response.feed({chunk.data(), got}));
    if (serving) {
      const std::string said = fmt::format("gRPC status {}", name_of(*serving));
      return *serving == Serving::serving ? Result<std::string>(said) : Error::in_words(said);
    }
    TRY(write(response.take_replies()));
  }
}

}  // namespace pintle::http::grpc
