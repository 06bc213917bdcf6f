#include "fetch/probe.hpp"

#include <fmt/format.h>

#include <thread>

#include "fetch/channel.hpp"
#include "fetch/transfer.hpp"
#include "http/exchange.hpp"
#include "http/grpc.hpp"
#include "sys/report.hpp"

namespace pintle::fetch {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostContent = 1U << 20U;
constexpr Duration kInterval = 250ms;

Tls tls_in(const config::Request& request) {
  Tls tls;
  for (const std::string& text : request.texts("tls")) {
    const auto [name, value] = member_in(text);
    if (name == "ca") tls.ca = value;
    if (name == "certificate") tls.certificate = value;
    if (name == "key") tls.key = value;
    if (name == "serverName") tls.server_name = value;
    if (name == "verify") tls.verify = value != "false";
  }
  return tls;
}

config::Hosts hosts_in(const config::Request& request) {
  return request.has("allowRemote") ? config::Hosts::any : config::Hosts::loopback;
}

/// Makes `url` one for TLS, also if it is written with http://: this program asks only over TLS.
void use_tls(config::HttpUrl& url) {
  constexpr std::uint16_t kHttp = 80;
  constexpr std::uint16_t kHttps = 443;
  const bool has_port = url.host_header.ends_with(fmt::format(":{}", kHttp));
  if (!url.is_secure && url.address.port == kHttp && !has_port) url.address.port = kHttps;
  url.is_secure = true;
}

struct Question {
  Order order{};
  std::optional<std::int64_t> status{};
  std::string content{};  ///< the text that the content of the response must contain
};

Result<Question> question_in(const config::Request& request, std::string_view url,
                             config::Hosts hosts) {
  Question question{.status = request.number("status"), .content = request.text("body")};
  question.order.url = TRY(config::parse_http_url(request.text(url), hosts));
  use_tls(question.order.url);
  for (const std::string& text : request.texts("headers")) {
    question.order.headers.push_back(member_in(text));
  }
  TRY(http::check_headers(question.order.headers));
  question.order.tls = tls_in(request);
  return question;
}

Result<std::string> ask(const Question& question) {
  std::string said;
  std::string seen;
  const auto is_there = [&] { return seen.find(question.content) != std::string::npos; };
  const auto judge = [&](const Reply& reply) -> Result<bool> {
    said = TRY(http::check_status(reply.head.status, question.status));
    if (question.content.empty()) return false;
    if (reply.head.is_encoded) return Error{"use the response", 0, {}, http::kCompressed};
    return true;
  };
  const auto keep = [&](std::string_view piece) -> Result<bool> {
    seen += piece.substr(0, kMostContent - seen.size());
    return !is_there() && seen.size() < kMostContent;
  };
  (void)TRY(transfer(question.order, {}, nullptr, {judge, keep}));
  if (is_there()) return said;
  // The text may be a secret, and a line that is cut off would show a part of it.
  return Error::in_words(said + ", without the text of \"body\" in its content");
}

}  // namespace

Result<std::string> probe_http(const config::Request& request) {
  return ask(TRY(question_in(request, "url", hosts_in(request))));
}

Result<std::string> probe_grpc(const config::Request& request) {
  const std::string text = request.text("address");
  const std::string service = request.text("service");
  constexpr std::string_view kUnix = "unix:";
  const bool is_socket = text.starts_with("unix:/");
  const std::string path = is_socket ? text.substr(kUnix.size()) : "";
  const std::string authority = is_socket ? "localhost" : text;
  const config::Address address = is_socket ? config::Address{authority, 443}
                                            : TRY(config::parse_address(text, hosts_in(request)));
  Channel channel = TRY(Channel::open(address, path, tls_in(request)));
  return http::grpc::check(
      {authority, service, true}, [&](std::string_view bytes) { return channel.write(bytes); },
      [&](std::span<char> into) { return channel.read(into); });
}

Result<std::string> wait_http(const config::Request& request) {
  const Question question = TRY(question_in(request, "http", config::Hosts::any));
  const auto given = request.number("interval");
  const Duration interval = given ? Duration(*given) : kInterval;
  const std::string what = "waiting for http " + shown(question.order.url);
  std::string last = what;
  sys::send_note(what);
  for (std::size_t attempts = 1;; ++attempts) {
    const auto there = ask(question);
    if (there && attempts == 1) return std::string("there");
    if (there) return fmt::format("there after {} attempts", attempts);
    std::string line = fmt::format("{}: {}", what, there.error().message());
    if (line != last) sys::send_note(line);
    last = std::move(line);
    std::this_thread::sleep_for(interval);
  }
}

}  // namespace pintle::fetch
