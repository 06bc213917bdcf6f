#include "fetch/signature.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "fetch/digest.hpp"

namespace pintle::fetch {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kUnreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";

std::string encode(std::string_view text, std::string_view more = {}) {
  std::string out;
  for (const char c : text) {
    const bool stays =
        kUnreserved.find(c) != std::string_view::npos || more.find(c) != std::string_view::npos;
    if (stays) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const char* const digits = text.data() + i + 1;
    const bool is_escape = text[i] == '%' && i + 2 < text.size() &&
                           std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    out += is_escape ? static_cast<char>(byte) : text[i];
    if (is_escape) i += 2;
  }
  return out;
}

/// S3 encodes the name of the object once; every other service encodes what was sent once more.
std::string canonical_path(std::string_view path, const Aws& aws) {
  return aws.service == "s3" ? encode(decode(path), "/") : encode(path, "/");
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    std::string_view value = take_field(query, '&');
    const std::string_view name = take_field(value, '=');
    parameters.emplace_back(encode(decode(name)), encode(decode(value)));
  }
  std::sort(parameters.begin(), parameters.end());
  std::string text;
  for (const auto& [name, value] : parameters) {
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
  }
  return text;
}

std::string with_single_blanks(std::string_view value) {
  std::string text;
  for (const char c : value) {
    const bool is_blank = c == ' ' || c == '\t';
    if (!is_blank) {
      text += c;
    } else if (!text.empty() && text.back() != ' ') {
      text += ' ';
    }
  }
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

/// Those that must be signed, by their names in lower case: Host and all X-Amz-*.
Headers signed_headers(const Headers& sent) {
  Headers found;
  for (const auto& [name, value] : sent) {
    const std::string lower = lower_case(name);
    const bool is_signed = lower == "host" || lower.starts_with("x-amz-");
    if (is_signed) found.emplace_back(lower, with_single_blanks(value));
  }
  std::sort(found.begin(), found.end());
  return found;
}

Result<std::string> digest_of_text(std::string_view text) {
  Digest digest = TRY(Digest::begin());
  TRY(digest.add(text));
  return digest.finish();
}

using Code = std::array<unsigned char, 32>;

Result<Code> authentication_code(std::string_view key, std::string_view text) {
  Code code{};
  unsigned size = 0;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, text.size(),
             code.data(), &size) == nullptr) {
    return Error{"sign the request", ENOMEM, {}, {}};
  }
  return code;
}

/// The signature of `text` with a key that is made for this `scope`.
Result<std::string> sign(std::string_view text, std::string_view secret, std::string_view scope) {
  std::string key = fmt::format("AWS4{}", secret);
  while (!scope.empty()) {
    const Code code = TRY(authentication_code(key, take_field(scope, '/')));
    key.assign(code.begin(), code.end());
  }
  return hexadecimal(TRY(authentication_code(key, text)));
}

}  // namespace

Result<Headers> signature_of(const Order& order, std::int64_t seconds) {
  const Aws& aws = *order.aws;
  const std::string nothing = TRY(digest_of_text(""));
  std::string time = rfc3339(seconds);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  Headers added{{"Host", order.url.host_header}, {"X-Amz-Date", time}};
  if (aws.service == "s3") added.emplace_back("X-Amz-Content-Sha256", nothing);

  Headers sent = order.headers;
  sent.insert(sent.end(), added.begin(), added.end());
  std::string lines;
  std::string names;
  for (const auto& [name, value] : signed_headers(sent)) {
    lines += fmt::format("{}:{}\n", name, value);
    names += (names.empty() ? "" : ";") + name;
  }
  std::string_view query = order.url.target;
  const std::string_view path = take_field(query, '?');
  const std::string request = fmt::format("GET\n{}\n{}\n{}\n{}\n{}", canonical_path(path, aws),
                                          canonical_query(query), lines, names, nothing);
  const std::string scope =
      fmt::format("{}/{}/{}/aws4_request", time.substr(0, 8), aws.region, aws.service);
  const std::string text =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, time, scope, TRY(digest_of_text(request)));
  added.emplace_back("Authorization",
                     fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                                 aws.key_id, scope, names, TRY(sign(text, aws.secret, scope))));
  return added;
}

}  // namespace pintle::fetch
