#include "http/grpc.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pintle;
using namespace pintle::http::grpc;
using namespace std::string_literals;

namespace {

std::string frame(int type, int flags, int stream, const std::string& payload) {
  std::string out;
  for (const int shift : {16, 8, 0}) out += static_cast<char>(payload.size() >> shift & 0xffU);
  out += static_cast<char>(type);
  out += static_cast<char>(flags);
  return out + "\0\0\0"s + static_cast<char>(stream) + payload;
}

std::string message(const std::string& content) {
  return "\0\0\0\0"s + static_cast<char>(content.size()) + content;
}

const std::string kSettings = frame(4, 0, 0, "");
const std::string kHead = frame(1, 4, 1, "\x88");

/// What becomes of an answer that comes in pieces of `size` bytes: a status, "!" and an error, or
/// "..." while more would have to come.
std::string judged(const std::string& bytes, std::size_t size = 1) {
  CheckResponse answer;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    const auto fed = answer.feed(std::string_view(bytes).substr(at, size));
    if (!fed) return "!" + fed.error().detail;
    if (*fed) return std::string(name_of(**fed));
  }
  return "...";
}

}  // namespace

TEST_SUITE("actions/grpc") {
  TEST_CASE("the status of the message counts") {
    struct Row {
      std::string message;
      const char* judged;
    };
    const Row rows[] = {{"\x08\x01", "SERVING"},
                        {"\x08\x02", "NOT_SERVING"},
                        {"\x08\x03", "SERVICE_UNKNOWN"},
                        {"\x08\0"s, "UNKNOWN"},
                        {"", "UNKNOWN"},
                        {"\x08\x04", "!it is not a response of grpc.health.v1"},
                        {"\x10\x01", "!it is not a response of grpc.health.v1"},
                        {"\x08", "!it is not a response of grpc.health.v1"},
                        {"\x08\x01\x08\x01", "!it is not a response of grpc.health.v1"}};
    for (const Row& row : rows) {
      for (const std::size_t size : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
        CHECK(judged(kSettings + kHead + frame(0, 0, 1, message(row.message)), size) == row.judged);
      }
    }
  }

  TEST_CASE("a message may come in several frames, padded, among others") {
    const std::string whole = message("\x08\x01");
    CHECK(judged(kSettings + kHead + frame(0, 0, 1, whole.substr(0, 3)) + frame(8, 0, 0, "abcd") +
                 frame(6, 0, 0, "12345678") + frame(0, 8, 1, "\2"s + whole.substr(3) + "\0\0"s)) ==
          "SERVING");
    CHECK(judged(kSettings + frame(99, 0, 7, "x") + kHead + frame(0, 0, 3, message("\x08\x02"))) ==
          "...");
  }

  TEST_CASE("whoever does not speak it is found out") {
    CHECK(judged("HTTP/1.1 400 Bad Request\r\n\r\n", 1000) == "!it is not HTTP/2");
    CHECK(judged("SSH-2.0-OpenSSH\r\n", 1000) == "!it is not HTTP/2");
    CHECK(judged(kHead) == "!it is not HTTP/2");
    CHECK(judged(kSettings + "\0\x40\x01\0\0\0\0\0\1"s) == "!it has a frame that is too large");
    CHECK(judged(kSettings + frame(6, 0, 0, "123")) == "!it is not HTTP/2");
    CHECK(judged(kSettings + frame(0, 8, 1,
                                   "\x09"
                                   "abc")) == "!it is not HTTP/2");
    CHECK(judged(kSettings + frame(0, 8, 1, "")) == "!it is not HTTP/2");
  }

  TEST_CASE("a call that is refused, ended or compressed is no success") {
    CHECK(judged(kSettings + frame(1, 5, 1, "\x88")).starts_with("!the server does not know"));
    CHECK(judged(kSettings + frame(3, 0, 1, "\0\0\0\1"s)) == "!the server ended the call");
    CHECK(judged(kSettings + frame(7, 0, 0, "\0\0\0\0\0\0\0\0"s)) ==
          "!the server closes the connection");
    CHECK(judged(kSettings + kHead + frame(0, 0, 1, "\1\0\0\0\2\x08\1"s)) ==
          "!it is compressed, though pintle did not offer that");
    const std::string serving = kSettings + kHead + frame(0, 0, 1, message("\x08\x01"));
    CHECK(judged(serving + frame(7, 0, 0, std::string(8, '\0')), 1000) == "SERVING");
    CHECK(judged(serving + frame(3, 0, 1, std::string(4, '\0')), 1000) == "SERVING");
    CHECK(judged(kSettings + frame(7, 0, 0, "\0\0\0\1\0\0\0\0"s) + kHead) == "...");
    CHECK(judged(kSettings + kHead + frame(0, 0, 1, "\0\x7f\0\0\0"s)) ==
          "!its message is too large");
    CHECK(judged(kSettings + kHead + frame(0, 0, 1, std::string(5000, '\0'))) ==
          "!its message is too large");
    CHECK(judged("") == "...");
    CHECK(judged(kSettings + kHead) == "...");
  }

  TEST_CASE("settings and pings are acknowledged") {
    CheckResponse answer;
    REQUIRE(answer.feed(kSettings + frame(6, 0, 0, "12345678")));
    CHECK(answer.take_replies() == frame(4, 1, 0, "") + frame(6, 1, 0, "12345678"));
    REQUIRE(answer.feed(frame(4, 1, 0, "") + frame(6, 1, 0, "12345678")));
    CHECK(answer.take_replies().empty());
  }

  TEST_CASE("the call names path, authority and service") {
    const std::string sent = request_bytes({"127.0.0.1:50051", "shop.Orders"});
    CHECK(sent.starts_with("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    for (const char* part : {"\x1c/grpc.health.v1.Health/Check",
                             "\x0f"
                             "127.0.0.1:50051",
                             "\x10"
                             "application/grpc",
                             "\x02te\x08trailers", "\x0a\x0bshop.Orders"}) {
      CAPTURE(part);
      CHECK(sent.find(part) != std::string::npos);
    }
    CHECK(request_bytes({"a:1", ""}).find("\x83\x86") != std::string::npos);
    CHECK(request_bytes({"a:1", "", true}).find("\x83\x87") != std::string::npos);
    CHECK(request_bytes({"a:1", ""}).ends_with(frame(0, 1, 1, message(""))));
    // The length of a long one takes two bytes in both of its codings.
    CHECK(request_bytes({std::string(300, 'a'), ""}).find("\x7f\xad\x01" + std::string(300, 'a')) !=
          std::string::npos);
    CHECK(request_bytes({"a:1", std::string(300, 's')})
              .find("\x0a\xac\x02" + std::string(300, 's')) != std::string::npos);
  }
}
