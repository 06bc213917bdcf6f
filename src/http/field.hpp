// http/field.hpp - what may stand in a header, and which headers a request has. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pintle::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// RFC 9110 section 5.6.2.
bool is_token(std::string_view name) noexcept;

/// No line break and no other control character but the tab: nothing that begins another header.
bool is_value(std::string_view value) noexcept;

/// What every request of pintle's says by itself: how it ends, and that the connection does.
inline constexpr std::string_view kRequestFields[] = {
    "Connection", "Content-Length",   "Transfer-Encoding",
    "Keep-Alive", "Proxy-Connection", "Upgrade",
    "TE",         "Trailer",          "Expect"};
/// What a download says beside those: which version it wants, and to whom it speaks.
inline constexpr std::string_view kDownloadFields[] = {
    "Host",     "Range",           "If-Range",           "If-None-Match", "If-Modified-Since",
    "If-Match", "Accept-Encoding", "Proxy-Authorization"};

/// What is wrong with a header for a request that sets `ours` and kRequestFields itself; "" if
/// nothing. The value is not in it.
std::string wrong_header(std::string_view name, std::string_view value,
                         std::span<const std::string_view> ours = {});

/// Whether one is called `name`, in whatever case (RFC 9110 section 5.1).
bool has_field(const Headers& headers, std::string_view name) noexcept;

/// The lines of a request: `headers`, before them those of `standard` that they do not name, each
/// with its line end.
std::string fields_text(const Headers& standard, const Headers& headers);

}  // namespace pintle::http
