#include "fetch/record.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "fetch/digest.hpp"
#include "http/field.hpp"
#include "sys/attribute.hpp"

namespace pintle::fetch {
namespace {

constexpr const char* kName = "user.pintle.fetch";
constexpr std::string_view kVersion = "1";
constexpr std::size_t kLargestRecord =
    2048;  // all extended attributes of a file together must fit into one block, xattr(7)
constexpr std::size_t kLongestMark = 512;
constexpr std::size_t kSaltSize = 16;

const Error kRecordFailed{"compute the digest", ENOMEM, {}, {}};

/// A digest of the whole request. A user who can read the file could guess a password in it, so the
/// digest is slow to compute if there can be one.
Result<std::string> request_digest(const std::string& salt, const Order& order) {
  constexpr int kRounds = 100000;
  return slow_digest(identity_of(order), salt, is_personal(order) ? kRounds : 1);
}

bool is_etag(std::string_view text) noexcept {
  if (text.starts_with("W/")) text.remove_prefix(2);
  return text.size() >= 2 && text.starts_with('"') && text.find('"', 1) == text.size() - 1;
}

bool is_mark(std::string_view text) noexcept {
  return text.size() <= kLongestMark && http::is_value(text);
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  lines.emplace_back(text);
  return lines;
}

}  // namespace

Validators validators_in(const std::string& etag, const std::string& last_modified,
                         const std::string& date) {
  Validators found;
  if (is_etag(etag) && is_mark(etag)) found.etag = etag;
  const bool has_passed = !date.empty() && date != last_modified;
  if (has_passed && is_mark(last_modified)) found.last_modified = last_modified;
  return found;
}

Result<Record> record_of(const Order& order, const Validators& validators,
                         const std::string& content) {
  std::array<unsigned char, kSaltSize> random{};
  if (::RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) return kRecordFailed;
  Record record{.salt = hexadecimal(random), .content = content, .validators = validators};
  record.request = TRY(request_digest(record.salt, order));
  return record;
}

Result<Headers> conditions(const Record& known, const Order& order) {
  Headers conditions;
  if (TRY(request_digest(known.salt, order)) != known.request) return conditions;
  const Validators& marks = known.validators;
  if (!marks.etag.empty()) conditions.emplace_back("If-None-Match", marks.etag);
  if (!marks.last_modified.empty()) {
    conditions.emplace_back("If-Modified-Since", marks.last_modified);
  }
  return conditions;
}

std::string to_text(const Record& record) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", kVersion, record.salt, record.request,
                     record.content, record.validators.etag, record.validators.last_modified);
}

std::optional<Record> parse_record(std::string_view text) {
  const std::vector<std::string> lines = lines_of(text);
  if (lines.size() != 6 || lines[0] != kVersion) return std::nullopt;
  Record record{lines[1], lines[2], lines[3], {lines[4], lines[5]}};
  const Validators& marks = record.validators;
  const bool is_sound = (marks.etag.empty() || is_etag(marks.etag)) && is_mark(marks.etag) &&
                        is_mark(marks.last_modified) && !marks.is_empty();
  return is_sound ? std::optional<Record>(std::move(record)) : std::nullopt;
}

std::optional<Record> read_record(const Fd& file) {
  struct stat info {};
  if (::fstat(file.get(), &info) < 0) return std::nullopt;
  const bool is_ours = info.st_uid == 0 || info.st_uid == ::geteuid();
  if (!is_ours || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0) return std::nullopt;
  const auto text = sys::attribute_of(file.get(), kName, kLargestRecord);
  return text ? parse_record(*text) : std::nullopt;
}

void keep_record(int file, std::string_view text) noexcept {
  if (text.empty() || text.size() > kLargestRecord) return;
  (void)sys::set_attribute(file, kName, text);  // without a record the next fetch downloads again
}

}  // namespace pintle::fetch
