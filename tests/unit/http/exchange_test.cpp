#include "http/exchange.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "http/field.hpp"

using namespace pintle;
using namespace pintle::http;

namespace {

/// A server that has answered with `answer` before it was asked.
class Answered {
 public:
  explicit Answered(std::string_view answer) {
    int ends[2] = {-1, -1};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    client_ = Fd(ends[0]);
    server_ = Fd(ends[1]);
    REQUIRE(::write(ends[1], answer.data(), answer.size()) == static_cast<ssize_t>(answer.size()));
    REQUIRE(::shutdown(ends[1], SHUT_WR) == 0);
  }
  const Fd& client() const noexcept { return client_; }
  std::string request() const {
    char text[4096];
    const ssize_t size = ::read(server_.get(), text, sizeof text);
    return {text, static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }

 private:
  Fd client_;
  Fd server_;
};

Result<Response> read_from(std::string_view text, std::size_t piece) {
  return receive_head([&](std::span<char> into) -> Result<std::size_t> {
    const std::size_t size = std::min({text.size(), piece, into.size()});
    std::copy_n(text.begin(), size, into.begin());
    text.remove_prefix(size);
    return size;
  });
}

bool holds(std::string_view answer, std::string_view text, std::size_t most = 1000) {
  const Answered server(answer);
  const auto response = get(server.client(), {"h", "/"});
  REQUIRE(response);
  const auto found = content_holds(server.client(), *response, text, most);
  return found && *found;
}

}  // namespace

TEST_SUITE("http/exchange") {
  TEST_CASE("heads that only announce another one come to an end") {
    std::string text;
    while (text.size() <= 2 * kLargestHead) text += "HTTP/1.1 100 Continue\r\n\r\n";
    const auto response = read_from(text, text.size());
    REQUIRE_FALSE(response);
    CHECK(response.error().message() == "cannot use the response: its head is too long");
  }

  TEST_CASE("the head of the first final response is read, however it arrives") {
    struct Row {
      const char* text;
      int status;  // 0: an error
    };
    const Row rows[] = {
        {"HTTP/1.1 200 OK\r\n\r\n", 200},
        {"HTTP/1.0 404 Not Found\r\nA: b\r\n\r\nbody", 404},
        {"HTTP/1.1 204\r\n\r\n", 204},
        {"HTTP/1.1 999 x\r\n\r\n", 999},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", 200},
        {"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 100 C\r\n\r\nHTTP/1.1 503 No\r\n\r\n",
         503},
        {"HTTP/1.1 100 Continue\r\n\r\n", 0},
        {"HTTP/1.1 100 Continue\r\n\r\ngarbage", 0},
        {"", 0},
        {"HTTP/1.1 200 OK\r\nA: b", 0},
        {"HTTP/2 200\r\n\r\n", 0},
        {"HTTP/1.1 20\r\n\r\n", 0},
        {"HTTP/1.1 2000 OK\r\n\r\n", 0},
        {"HTTP/1.1 -20 OK\r\n\r\n", 0},
        {"HTTP/1.1 000 OK\r\n\r\n", 0},
        {"http/1.1 200 OK\r\n\r\n", 0},
        {"\r\nHTTP/1.1 200 OK\r\n\r\n", 0},
        {"SSH-2.0-OpenSSH\r\n", 0},
        {"\x16\x03\x01\x02", 0},
    };
    for (const Row& row : rows) {
      for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{5000}}) {
        CAPTURE(row.text);
        const auto response = read_from(row.text, piece);
        CHECK((response ? response->head.status : 0) == row.status);
      }
    }
  }

  TEST_CASE("who greets first is no HTTP server, and is not waited for") {
    int reads = 0;
    const auto response = receive_head([&](std::span<char> into) -> Result<std::size_t> {
      ++reads;
      into[0] = 'S';
      return std::size_t{1};
    });
    REQUIRE_FALSE(response);
    CHECK(response.error().detail == "it is not HTTP/1");
    CHECK(reads == 1);
  }

  TEST_CASE("a head without end is not read for ever") {
    std::size_t sent = 0;
    const std::string begin = "HTTP/1.1 200 OK\r\n";
    const auto response = receive_head([&](std::span<char> into) -> Result<std::size_t> {
      if (sent == 0) {
        std::copy(begin.begin(), begin.end(), into.begin());
        sent = begin.size();
        return begin.size();
      }
      std::fill(into.begin(), into.end(), 'a');
      sent += into.size();
      return into.size();
    });
    REQUIRE_FALSE(response);
    CHECK(response.error().detail == "its head is too long");
    CHECK(sent < 2 * kLargestHead);
  }

  TEST_CASE("the request names the host, unless a header does") {
    const Answered plain("HTTP/1.1 200 OK\r\n\r\n");
    REQUIRE(get(plain.client(), {"localhost:80", "/a?b", {{"X-Key", "v"}}}));
    CHECK(plain.request() ==
          "GET /a?b HTTP/1.1\r\nHost: localhost:80\r\nUser-Agent: pintle\r\nAccept: */*\r\n"
          "Accept-Encoding: identity\r\nX-Key: v\r\nConnection: close\r\n\r\n");
    const Answered named("HTTP/1.1 200 OK\r\n\r\n");
    REQUIRE(get(named.client(), {"localhost", "/", {{"host", "example.org"}}}));
    const std::string request = named.request();
    CHECK(request.find("host: example.org\r\n") != std::string::npos);
    CHECK(request.find("localhost") == std::string::npos);
  }

  TEST_CASE("a request has each header once, and the user's wins") {
    const Answered server("HTTP/1.1 200 OK\r\n\r\n");
    const Headers own{{"ACCEPT", "text/x-vite-ping"},
                      {"user-agent", "me"},
                      {"Accept-encoding", "gzip"},
                      {"Host", "h2"}};
    REQUIRE(get(server.client(), {"h", "/", own}));
    CHECK(server.request() ==
          "GET / HTTP/1.1\r\nACCEPT: text/x-vite-ping\r\nuser-agent: me\r\n"
          "Accept-encoding: gzip\r\nHost: h2\r\nConnection: close\r\n\r\n");
  }

  TEST_CASE("a compressed content is a fault only for who looks into it") {
    const Answered server("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nok");
    const auto response = get(server.client(), {"h", "/"});
    REQUIRE(response);
    CHECK(response->head.status == 200);
    const auto found = content_holds(server.client(), *response, "ok", 100);
    REQUIRE_FALSE(found);
    CHECK(found.error().detail == kCompressed);
  }

  TEST_CASE("a text is found in a content of any framing, across its chunks") {
    CHECK(holds("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nall ok", "all o"));
    CHECK_FALSE(holds("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nall ok", "all ok"));
    CHECK(holds("HTTP/1.1 200 OK\r\n\r\nall ok", "ok"));
    CHECK(holds(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\na \r\n2\r\nok\r\n0\r\n\r\n",
        "a ok"));
    CHECK_FALSE(holds("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok", "ok"));
    CHECK_FALSE(holds("HTTP/1.1 200 OK\r\n\r\n", "ok"));
    CHECK_FALSE(holds("HTTP/1.1 200 OK\r\nX: ok\r\n\r\nno", "ok"));
    CHECK_FALSE(holds("HTTP/1.1 200 OK\r\n\r\n12345ok", "ok", 5));
  }

  TEST_CASE("a header's name and value hold nothing that begins another") {
    CHECK(is_token("X-Key"));
    for (const char* name : {"", "a b", "a:", "a\r\nb", "\xC3\xBC"}) CHECK_FALSE(is_token(name));
    CHECK(is_value("any \t text \xC3\xBC"));
    for (const char* value : {"a\r\nb: c", "a\nb", "\x01", "\x7f"}) CHECK_FALSE(is_value(value));
  }

  TEST_CASE("a header that cannot be sent is known by its name or its value") {
    struct Row {
      const char* name;
      const char* value;
      const char* wrong;
    };
    constexpr const char* kNoName = "it is not a valid header name";
    constexpr const char* kOurs = "pintle sets it itself";
    constexpr const char* kNoValue = "there is a line break or a control character in its value";
    const Row rows[] = {
        {"X-Key", "v", ""},
        {"Host", "h", ""},
        {"Accept-Encoding", "gzip", ""},
        {"Bad Header", "v", kNoName},
        {"", "v", kNoName},
        {"a:", "v", kNoName},
        {"connection", "v", kOurs},
        {"CONTENT-LENGTH", "1", kOurs},
        {"Transfer-Encoding", "", kOurs},
        {"X", "a\r\nY: b", kNoValue},
        {"X", "a\x01", kNoValue},
    };
    for (const Row& row : rows) {
      CAPTURE(row.name);
      CHECK(wrong_header(row.name, row.value) == row.wrong);
    }
    CHECK(wrong_header("host", "h", kDownloadFields) == kOurs);
    CHECK(wrong_header("accept-encoding", "h", kDownloadFields) == kOurs);
  }
}
