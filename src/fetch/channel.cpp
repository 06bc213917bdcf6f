#include "fetch/channel.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <array>
#include <string>

#include "base/duration.hpp"
#include "fetch/failure.hpp"
#include "fetch/transfer.hpp"

namespace pintle::fetch {

Result<Channel> Channel::open(const config::Address& address, const std::string& socket,
                              const Tls& tls) {
  Channel channel;
  CURL* const curl = channel.curl_.get();
  if (curl == nullptr) return Error{"begin", 0, {}, "libcurl cannot be set up"};
  *channel.peer_ = peer_of(address.host, tls);
  channel.peer_->speaks_http2 = true;
  const std::string authority = config::authority_of(address);
  const std::string& name = tls.server_name;
  const std::string url = fmt::format(
      "https://{}/", name.empty() ? authority : fmt::format("{}:{}", name, address.port));
  struct FreeList {
    void operator()(curl_slist* list) const noexcept { ::curl_slist_free_all(list); }
  };
  const std::unique_ptr<curl_slist, FreeList> place(
      ::curl_slist_append(nullptr, ("::" + authority).c_str()));
  std::array<char, CURL_ERROR_SIZE> text{};
  ::curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, text.data());
  ::curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  ::curl_easy_setopt(curl, CURLOPT_CONNECT_TO, place.get());
  if (!socket.empty()) ::curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket.c_str());
  ::curl_easy_setopt(curl, CURLOPT_PROXY, "");
  ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
  ::curl_easy_setopt(curl, CURLOPT_SSL_ENABLE_ALPN, 0L);  // it is set in trust.cpp
  TRY(set_up_tls(curl, tls, *channel.peer_));
  const CURLcode code = ::curl_easy_perform(curl);
  ::curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);
  if (code == CURLE_OK) return channel;
  long reason = 0;
  ::curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &reason);
  return failure_of({.code = code,
                     .text = text.data(),
                     .reason = static_cast<int>(reason),
                     .peer = socket.empty() ? authority : socket,
                     .ca = tls.ca,
                     .identity = tls.certificate});
}

Result<void> Channel::wait_for(short events) const {
  curl_socket_t socket = CURL_SOCKET_BAD;
  ::curl_easy_getinfo(curl_.get(), CURLINFO_ACTIVESOCKET, &socket);
  pollfd one{socket, events, 0};
  if (::poll(&one, 1, static_cast<int>(kIdleTimeout.count())) > 0) return {};
  return Error{
      "receive the response", 0, {}, fmt::format("no data for {}", format_duration(kIdleTimeout))};
}

Result<void> Channel::write(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t sent = 0;
    const CURLcode code = ::curl_easy_send(curl_.get(), bytes.data(), bytes.size(), &sent);
    if (code == CURLE_AGAIN) {
      TRY(wait_for(POLLOUT));
    } else if (code != CURLE_OK) {
      return Error{"send the request", 0, {}, "the connection was cut"};
    }
    bytes.remove_prefix(sent);
  }
  return {};
}

Result<std::size_t> Channel::read(std::span<char> into) {
  for (;;) {
    std::size_t got = 0;
    const CURLcode code = ::curl_easy_recv(curl_.get(), into.data(), into.size(), &got);
    if (code == CURLE_OK) return got;
    if (code != CURLE_AGAIN) {
      return Error{"receive the response", 0, {}, "the connection was cut"};
    }
    TRY(wait_for(POLLIN));
  }
}

}  // namespace pintle::fetch
