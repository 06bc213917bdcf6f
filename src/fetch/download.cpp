#include "fetch/download.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <thread>

#include "base/duration.hpp"
#include "fetch/redirect.hpp"
#include "fetch/transfer.hpp"

namespace pintle::fetch {
namespace {

constexpr int kOk = 200;
constexpr int kPartial = 206;
constexpr int kNotModified = 304;
constexpr int kTooMany = 429;
constexpr int kUnavailable = 503;
constexpr int kMostWaits = 10;
constexpr int kMostResumptions = 10;

Error fail(const Order& order, const std::string& why) {
  return {"fetch", 0, shown(order.url), why};
}

Error too_large(std::int64_t limit) {
  return {
      "use the response", 0, {}, fmt::format("it is larger than {} bytes (\"maxSize\")", limit)};
}

Error unusable_part() {
  return {"use the response",
          0,
          {},
          "the server sent another part of the content than the missing one"};
}

/// True if `text` is "bytes FROM-LAST/SIZE" with everything from `from` on (RFC 9110 section 14.4).
bool is_rest(std::string_view text, std::int64_t from) {
  const std::string begin = fmt::format("bytes {}-", from);
  if (!text.starts_with(begin)) return false;
  text.remove_prefix(begin.size());
  std::int64_t last = 0;
  const char* const end = text.data() + text.size();
  const auto [slash, error] = std::from_chars(text.data(), end, last);
  if (error != std::errc() || last < from) return false;
  const std::string_view size(slash, static_cast<std::size_t>(end - slash));
  return size == "/*" || size == fmt::format("/{}", last + 1);
}

/// The content of one URL, over as many connections as it takes.
class Content {
 public:
  enum class End { complete, unchanged, redirected, refused };

  Content(const Order& order, const Proxy* proxy, const Target& target)
      : order_(order), proxy_(proxy), target_(target) {}

  /// Errors: those of download().
  Result<End> receive(const std::optional<Record>& known) {
    Headers more = known ? TRY(conditions(*known, order_)) : Headers();
    is_conditional_ = !more.empty();
    for (int resumed = 0;; ++resumed) {
      const std::int64_t before = size_;
      const Arrival arrival = TRY(transfer(order_, more, proxy_, receiver()));
      if (!arrival.cut) return end_;
      const bool is_progress = size_ > before && resumed < kMostResumptions;
      if (!is_progress || !is_resumable()) return *arrival.cut;
      more = rest();
    }
  }

  const Reply& reply() const noexcept { return reply_; }

 private:
  Receiver receiver() {
    return {[this](const Reply& reply) { return judge(reply); },
            [this](std::string_view piece) { return take(piece); }};
  }

  Result<bool> judge(const Reply& reply) {
    const http::Head& head = reply.head;
    const bool is_part = size_ > 0 && head.status == kPartial;
    if (!is_part) reply_ = reply;
    if (is_redirection(head.status) && !reply.location.empty()) return over(End::redirected);
    if (head.status == kNotModified && is_conditional_ && size_ == 0) return over(End::unchanged);
    const bool may_be_later = head.status == kTooMany || head.status == kUnavailable;
    if (may_be_later && reply.retry_after.count() > 0) return over(End::refused);
    if (head.status != kOk && !is_part) return unusable(head);
    if (head.is_encoded) return Error{"use the response", 0, {}, http::kCompressed};
    if (is_part && !is_rest(reply.content_range, size_)) return unusable_part();
    if (!is_part && size_ > 0) TRY(restart());
    if (head.length && *head.length > order_.max_size - size_) {
      return too_large(order_.max_size);
    }
    end_ = End::complete;
    return true;
  }

  Result<bool> over(End end) {
    end_ = end;
    return false;
  }

  Result<void> restart() {
    size_ = 0;
    return target_.restart();
  }

  Result<bool> take(std::string_view piece) {
    const auto size = static_cast<std::int64_t>(piece.size());
    if (size > order_.max_size - size_) return too_large(order_.max_size);
    size_ += size;
    TRY(target_.add(piece));
    return true;
  }

  /// A validator by which the server can tell whether it still has that version, RFC 9110 section
  /// 13.1.5: a weak ETag cannot do that.
  std::string version() const {
    const Validators& marks = reply_.validators;
    return marks.etag.empty() || marks.etag.starts_with("W/") ? marks.last_modified : marks.etag;
  }

  bool is_resumable() const { return target_.has_digest || !version().empty(); }

  Headers rest() const {
    Headers headers{{"Range", fmt::format("bytes={}-", size_)}};
    if (std::string mark = version(); !mark.empty()) {
      headers.emplace_back("If-Range", std::move(mark));
    }
    return headers;
  }

  const Order& order_;
  const Proxy* proxy_;
  const Target& target_;
  bool is_conditional_ = false;
  Reply reply_{};          // the first one, of which others are parts
  std::int64_t size_ = 0;  // of the content that is there
  End end_ = End::complete;
};

class Download {
 public:
  Download(const Order& order, const std::optional<Record>& known, const Target& target)
      : order_(order), known_(known), target_(target) {}

  Result<Delivery> run() {
    for (;;) {
      const auto proxy = proxy_for(order_.url, order_.proxies);
      if (!proxy) return fail(order_, proxy.error().message());
      Content content(order_, *proxy ? &**proxy : nullptr, target_);
      const auto end = content.receive(known_);
      if (!end) return failed(*proxy, end.error());
      const Reply& reply = content.reply();
      if (*end == Content::End::redirected) {
        TRY(follow(reply.location));
      } else if (*end == Content::End::refused) {
        TRY(wait(reply));
      } else {
        return Delivery{order_, reply.validators, *end == Content::End::unchanged};
      }
    }
  }

 private:
  Error failed(const std::optional<Proxy>& proxy, const Error& error) const {
    const std::string way = proxy ? fmt::format("through the proxy {}: ", shown(*proxy)) : "";
    return fail(order_, way + error.message());
  }

  Result<void> follow(const std::string& location) {
    if (followed_++ == order_.redirects) {
      return fail(first_, fmt::format("it is redirected more than {} times", order_.redirects));
    }
    order_ = redirected_to(TRY(redirected(order_.url, location)), order_);
    return {};
  }

  Result<void> wait(const Reply& reply) {
    const std::string status = unusable(reply.head).message();
    if (reply.retry_after > order_.longest_wait) {
      return fail(order_, fmt::format("{}, and it asks to wait {} (\"retryAfter\")", status,
                                      format_duration(reply.retry_after)));
    }
    if (waited_++ == kMostWaits) {
      return fail(order_, fmt::format("{}, after {} waits", status, kMostWaits));
    }
    std::this_thread::sleep_for(reply.retry_after);
    return {};
  }

  Order order_;
  const Order first_ = order_;
  const std::optional<Record>& known_;
  const Target& target_;
  std::int64_t followed_ = 0;
  int waited_ = 0;
};

}  // namespace

Result<Delivery> download(const Order& order, const std::optional<Record>& known,
                          const Target& target) {
  std::optional<Error> refused;
  const auto watch = [&](Result<void> taken) {
    if (!taken) refused = taken.error();
    return taken;
  };
  const Target watched{[&](std::string_view piece) { return watch(target.add(piece)); },
                       [&] { return watch(target.restart()); }, target.has_digest};
  auto delivery = Download(order, known, watched).run();
  if (refused) return *std::move(refused);
  return delivery;
}

}  // namespace pintle::fetch
