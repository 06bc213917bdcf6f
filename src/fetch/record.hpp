// fetch/record.hpp - what a placed file says of itself, in an extended attribute of its own: what
// was asked for, and by which marks the server knows that version. So the next fetch can ask
// whether there is another (RFC 9110 section 13.1), without a file beside the file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "config/address.hpp"
#include "fetch/request.hpp"
#include "http/head.hpp"

namespace pintle::fetch {

/// The marks of a version; one may be empty.
struct Validators {
  std::string etag{};
  std::string last_modified{};

  bool is_empty() const noexcept { return etag.empty() && last_modified.empty(); }
};

/// Those that can be used. The time cannot if the file may have changed once more within its second
/// (RFC 9110 section 8.8.2.2).
Validators validators_in(const http::Head& head);

struct Record {
  std::string salt{};
  std::string request{};  ///< a digest: URL and headers have secrets in them
  std::string content{};  ///< the digest of what was placed
  Validators validators{};
};

/// Errors: a lack of memory or of random numbers.
Result<Record> record_of(const config::HttpUrl& url, const Headers& headers,
                         const Validators& validators, const std::string& content);

/// The headers that ask for another version than the one that `known` is about; none if that is the
/// answer to another URL, or to other headers: who asks may decide what he gets.
Result<Headers> conditions(const Record& known, const config::HttpUrl& url, const Headers& headers);

std::string to_text(const Record& record);
/// nullopt for what to_text() does not make: the file's owner can write anything there.
std::optional<Record> parse_record(std::string_view text);

/// The record of a file that nobody but us and root can have written: who changed the content could
/// change the record as well, and his would stay for ever.
std::optional<Record> read_record(const Fd& file);

/// Where that is not possible the next fetch downloads again, as without.
void keep_record(int file, std::string_view text) noexcept;

}  // namespace pintle::fetch
