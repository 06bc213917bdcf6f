// fetch/record.hpp - describes a downloaded file in an extended attribute of the file: the request,
// and the server's validators of this version. With it the next fetch can make a conditional
// request (RFC 9110 section 13.1), and no second file is needed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "config/address.hpp"
#include "fetch/request.hpp"

namespace pintle::fetch {

/// The validators of a version (RFC 9110 section 8.8); each may be empty.
struct Validators {
  std::string etag{};
  std::string last_modified{};

  bool is_empty() const noexcept { return etag.empty() && last_modified.empty(); }
};

/// The validators of a response with these headers that can be used. Last-Modified cannot if the
/// response was sent in the same second: the file may have changed again within it (RFC 9110
/// section 8.8.2.2).
Validators validators_in(const std::string& etag, const std::string& last_modified,
                         const std::string& date);

struct Record {
  std::string salt{};
  std::string request{};  ///< a digest, since URL and headers may contain secrets
  std::string content{};  ///< the digest of the file's content
  Validators validators{};
};

/// The record of a file that `order` downloaded: `content` is its digest. Errors: too little
/// memory; no random numbers.
Result<Record> record_of(const Order& order, const Validators& validators,
                         const std::string& content);

/// The headers that make the request conditional: the server sends content only if its version is
/// not that of `known`. Empty if `known` is of another URL or of other headers or credentials,
/// since these may decide which content is sent.
Result<Headers> conditions(const Record& known, const Order& order);

/// The text for the attribute; parse_record() reads it.
std::string to_text(const Record& record);
/// nullopt for a text that is not from to_text(): the file's owner can write any text into the
/// attribute.
std::optional<Record> parse_record(std::string_view text);

/// Returns the record only if nobody except root and this process's user can write the file.
/// Another writer could change content and record together, and the file would never be downloaded
/// again.
std::optional<Record> read_record(const Fd& file);

/// Stores the record. If that fails, the next fetch downloads the file again.
void keep_record(int file, std::string_view text) noexcept;

}  // namespace pintle::fetch
