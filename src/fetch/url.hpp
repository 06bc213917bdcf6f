// fetch/url.hpp - URLs by libcurl's parser (RFC 3986).
#pragma once

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>

namespace pintle::fetch {

class Url {
 public:
  /// Reads `text`: an absolute URL, or one that is relative to the URL read before. False if it is
  /// none.
  bool read(const std::string& text, unsigned flags) {
    return url_ && ::curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), flags) == CURLUE_OK;
  }

  /// A part of the URL that was read; "" if it has none, nullopt if it cannot be decoded.
  std::optional<std::string> part(CURLUPart which, unsigned flags = 0) const {
    char* text = nullptr;
    const CURLUcode code = ::curl_url_get(url_.get(), which, &text, flags);
    if (code == CURLUE_URLDECODE || code == CURLUE_OUT_OF_MEMORY) return std::nullopt;
    if (code != CURLUE_OK) return std::string();
    std::string copy(text);
    ::curl_free(text);
    return copy;
  }

 private:
  struct Free {
    void operator()(CURLU* url) const noexcept { ::curl_url_cleanup(url); }
  };
  std::unique_ptr<CURLU, Free> url_{::curl_url()};
};

}  // namespace pintle::fetch
