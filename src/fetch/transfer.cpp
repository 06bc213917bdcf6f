#include "fetch/transfer.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>

#include "base/text.hpp"
#include "fetch/failure.hpp"
#include "fetch/signature.hpp"
#include "http/field.hpp"

namespace pintle::fetch {
namespace {

constexpr std::size_t kMostTrailers = http::kLargestHead;

Error bad_reply(const char* why) {
  return {"use the response", 0, {}, why};
}

std::string header_line(const Header& header) {
  // libcurl takes "NAME:" for the order to remove its own header of that name; "NAME;" is how it
  // wants an empty value.
  if (header.second.empty()) return header.first + ";";
  return fmt::format("{}: {}", header.first, header.second);
}

/// The name that the server's certificate must have.
std::string host_of(const config::HttpUrl& url) {
  return url.socket.empty() ? url.address.host : url.host_header;
}

class Transfer {
 public:
  Transfer(const Order& order, const Proxy* proxy, const Receiver& receiver)
      : order_(order),
        proxy_(proxy),
        receiver_(receiver),
        expects_tunnel_(proxy != nullptr && order.url.is_secure) {}

  Result<Arrival> run(const Headers& more) {
    if (!curl_) return Error{"begin", 0, {}, "libcurl cannot be set up"};
    TRY(set_up_request(more));
    set_up_proxy();
    set_up_receiver();
    if (order_.url.is_secure) TRY(set_up_tls(curl_.get(), order_.tls, peer_));
    return conclude(::curl_easy_perform(curl_.get()));
  }

 private:
  struct FreeHandle {
    void operator()(CURL* curl) const noexcept { ::curl_easy_cleanup(curl); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const noexcept { ::curl_slist_free_all(list); }
  };
  using Words = std::unique_ptr<curl_slist, FreeList>;

  template <class T>
  void set(CURLoption option, T value) {
    ::curl_easy_setopt(curl_.get(), option, value);
  }
  void set(CURLoption option, const std::string& text) { set(option, text.c_str()); }

  void add_header(const Header& header) {
    if (curl_slist* const list = ::curl_slist_append(lines_.get(), header_line(header).c_str())) {
      (void)lines_.release();
      lines_.reset(list);
    }
  }

  /// The URL names the host with which TLS is spoken. The connection may be to another one: to a
  /// Unix socket, or to the address when "serverName" is set.
  void set_up_url() {
    const config::HttpUrl& url = order_.url;
    const std::string& name = order_.tls.server_name;
    const std::string port = url.socket.empty() ? fmt::format(":{}", url.address.port) : "";
    const std::string host = name.empty() ? url.host_header : name + port;
    set(CURLOPT_URL, fmt::format("{}://{}{}", url.is_secure ? "https" : "http", host, url.target));
    if (!url.socket.empty()) set(CURLOPT_UNIX_SOCKET_PATH, url.socket);
    if (name.empty()) return;
    if (!http::has_field(order_.headers, "Host")) add_header({"Host", url.host_header});
    if (!url.socket.empty()) return;
    place_.reset(::curl_slist_append(nullptr, ("::" + config::authority_of(url.address)).c_str()));
    set(CURLOPT_CONNECT_TO, place_.get());
  }

  Result<void> set_up_request(const Headers& more) {
    set_up_url();
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    set(CURLOPT_USERAGENT, "pintle");
    if (!http::has_field(order_.headers, "Accept-Encoding")) {
      add_header({"Accept-Encoding", "identity"});
    }
    for (const Header& header : order_.headers) add_header(header);
    for (const Header& header : more) add_header(header);
    TRY(set_up_credentials());
    set(CURLOPT_HTTPHEADER, lines_.get());
    const long seconds = std::chrono::duration_cast<std::chrono::seconds>(kIdleTimeout).count();
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT, seconds);
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, seconds);
    return {};
  }

  Result<void> set_up_credentials() {
    if (!order_.netrc.empty()) {
      set(CURLOPT_NETRC, long{CURL_NETRC_REQUIRED});
      set(CURLOPT_NETRC_FILE, order_.netrc);
    }
    if (!order_.aws) return {};
    const std::int64_t now = std::time(nullptr);
    for (const Header& header : TRY(signature_of(order_, now))) add_header(header);
    return {};
  }

  /// libcurl would read http_proxy and no_proxy from the environment if they were not set here.
  void set_up_proxy() {
    set(CURLOPT_NOPROXY, "");
    set(CURLOPT_PROXY, proxy_ == nullptr ? std::string() : shown(*proxy_));
    if (proxy_ == nullptr) return;
    set(CURLOPT_PROXYTYPE, long{CURLPROXY_HTTP});
    if (proxy_->user.empty() && proxy_->password.empty()) return;
    set(CURLOPT_PROXYUSERNAME, proxy_->user);
    set(CURLOPT_PROXYPASSWORD, proxy_->password);
  }

  void set_up_receiver() {
    set(CURLOPT_ERRORBUFFER, text_.data());
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_content);
  }

  // No exception may pass through libcurl's code. A result other than `size` ends the transfer.
  static std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* self) noexcept {
    return static_cast<Transfer*>(self)->take_header({bytes, size}) ? size : 0;
  }
  static std::size_t on_content(char* bytes, std::size_t, std::size_t size, void* self) noexcept {
    return static_cast<Transfer*>(self)->take_content({bytes, size}) ? size : 0;
  }

  bool refuse(Error error) {
    refusal_ = std::move(error);
    return false;
  }

  /// Called with each line of a head, and of the trailers after the content.
  bool take_header(std::string_view line) {
    taken_ += line.size();
    if (has_head_ && taken_ > kMostTrailers) {
      return refuse(bad_reply("its chunk extensions and trailers are too long"));
    }
    if (has_head_) return true;
    if (taken_ > http::kLargestHead) return refuse(bad_reply("its head is too long"));
    text_of_head_ += line;
    if (line != "\r\n" && line != "\n") return true;
    auto head = http::parse_head(std::exchange(text_of_head_, {}));
    return head ? take_head(*std::move(head)) : refuse(head.error());
  }

  bool take_head(http::Head head) {
    if (expects_tunnel_) {
      expects_tunnel_ = false;
      return head.status / 100 == 2 ? true : refuse(unusable(head));
    }
    if (head.status < 200) return true;  // RFC 9110 section 15.2
    has_head_ = true;
    taken_ = 0;
    const Validators validators =
        validators_in(field("ETag"), field("Last-Modified"), field("Date"));
    reply_ = {std::move(head), validators, field("Location"), field("Content-Range"),
              retry_after()};
    return goes_on(receiver_.head(reply_));
  }

  bool goes_on(const Result<bool>& wanted) {
    if (!wanted) return refuse(wanted.error());
    is_over_ = !*wanted;
    return *wanted;
  }

  bool take_content(std::string_view piece) {
    received_ += static_cast<std::int64_t>(piece.size());
    return goes_on(receiver_.content(piece));
  }

  /// The value of a header of the final response; "" if it has none.
  std::string field(const char* name) const {
    curl_header* found = nullptr;
    const CURLHcode code = ::curl_easy_header(curl_.get(), name, 0, CURLH_HEADER, -1, &found);
    return code == CURLHE_OK ? found->value : "";
  }

  std::chrono::seconds retry_after() const {
    curl_off_t seconds = 0;
    ::curl_easy_getinfo(curl_.get(), CURLINFO_RETRY_AFTER, &seconds);
    return std::chrono::seconds(seconds);
  }

  Error failure(CURLcode code) const {
    long reason = 0;
    ::curl_easy_getinfo(curl_.get(), CURLINFO_OS_ERRNO, &reason);
    const config::HttpUrl& url = order_.url;
    const config::Address& peer = proxy_ == nullptr ? url.address : proxy_->address;
    return failure_of({code, text_.data(), static_cast<int>(reason),
                       url.socket.empty() ? config::authority_of(peer) : url.socket, order_.tls.ca,
                       order_.tls.certificate, has_head_, has_head_ || !text_of_head_.empty()});
  }

  Error cut() const {
    const auto length = reply_.head.length;
    if (length && received_ < *length) {
      return {"use the response",
              0,
              {},
              fmt::format("the connection was cut, {} bytes are missing", *length - received_)};
    }
    if (reply_.head.is_chunked) return bad_reply("the connection was cut before its last chunk");
    return failure(CURLE_RECV_ERROR);
  }

  /// True if the content ends with the connection and nothing proves that the server ended it.
  bool is_end_unknown() const noexcept {
    const http::Head& head = reply_.head;
    return order_.url.is_secure && !head.length && !head.is_chunked && !peer_.has_sent_close_notify;
  }

  Result<Arrival> conclude(CURLcode code) {
    if (refusal_) return *std::move(refusal_);
    if (is_over_) return Arrival{std::move(reply_), {}};
    const bool is_complete = code == CURLE_OK && has_head_;
    const bool is_cut = code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR;
    if (!is_complete && !(has_head_ && is_cut)) return failure(code);
    std::optional<Error> why;
    if (!is_complete || is_end_unknown()) why = cut();
    return Arrival{std::move(reply_), std::move(why)};
  }

  const Order& order_;
  const Proxy* proxy_;
  const Receiver& receiver_;
  bool expects_tunnel_;  // the next head is the proxy's response to CONNECT
  Peer peer_ = peer_of(host_of(order_.url), order_.tls);
  std::unique_ptr<CURL, FreeHandle> curl_{::curl_easy_init()};
  Words lines_{};
  Words place_{};  // the address to connect to instead of the host of the URL
  std::array<char, CURL_ERROR_SIZE> text_{};
  std::string text_of_head_{};  // the part of the current head that has arrived
  std::size_t taken_ = 0;       // bytes of heads, then of trailers
  bool has_head_ = false;
  bool is_over_ = false;  // `receiver_` wants no more content
  Reply reply_{};
  std::int64_t received_ = 0;
  std::optional<Error> refusal_{};
};

}  // namespace

Error unusable(const http::Head& head) {
  const std::string words = fmt::format("HTTP status {} {}", head.status, head.reason);
  return Error::in_words(one_line(words.substr(0, words.find_last_not_of(' ') + 1), 60));
}

Result<Arrival> transfer(const Order& order, const Headers& more, const Proxy* proxy,
                         const Receiver& receiver) {
  return Transfer(order, proxy, receiver).run(more);
}

}  // namespace pintle::fetch
