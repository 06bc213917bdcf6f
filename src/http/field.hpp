// http/field.hpp - which headers are valid, and which headers a request has. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pintle::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// True if `name` is a valid header name: a token, RFC 9110 section 5.6.2.
bool is_token(std::string_view name) noexcept;

/// True if `value` has no control character except the tab. A line break could begin another
/// header.
bool is_value(std::string_view value) noexcept;

/// Headers that pintle alone sets in a request: those about the connection and the request's end.
inline constexpr std::string_view kRequestFields[] = {
    "Connection", "Content-Length",   "Transfer-Encoding",
    "Keep-Alive", "Proxy-Connection", "Upgrade",
    "TE",         "Trailer",          "Expect"};
/// Headers that pintle alone sets in a download, in addition to those.
inline constexpr std::string_view kDownloadFields[] = {
    "Host",     "Range",           "If-Range",           "If-None-Match", "If-Modified-Since",
    "If-Match", "Accept-Encoding", "Proxy-Authorization"};

/// Why a request that sets `ours` and kRequestFields itself cannot have this header; "" if it can.
/// The text does not contain the value, which may be secret.
std::string wrong_header(std::string_view name, std::string_view value,
                         std::span<const std::string_view> ours = {});

/// True if one of the headers has this name, in upper or lower case (RFC 9110 section 5.1).
bool has_field(const Headers& headers, std::string_view name) noexcept;

/// The header lines of a request, each with its line end: first those of `standard` that `headers`
/// does not replace, then `headers`.
std::string fields_text(const Headers& standard, const Headers& headers);

}  // namespace pintle::http
