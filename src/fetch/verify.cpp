#include "fetch/verify.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <list>

#include "base/pattern.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"
#include "fetch/digest.hpp"

namespace pintle::fetch {
namespace {

constexpr int kUnverified = EBADMSG;  // with a detail, unlike an error of a system call

Error unverified(const std::string& path, std::string why) {
  return {"accept", kUnverified, path, std::move(why)};
}

struct Prohibited {
  explicit Prohibited(const std::string& pattern_text) : text(pattern_text), pattern(text) {}

  std::string text;
  Pattern pattern;
};

/// Searches line by line. regexec(3) stops at a NUL, so the text after a NUL is searched as a line
/// of its own.
class LineSearch {
 public:
  LineSearch(const std::list<Prohibited>& prohibited, const std::string& path)
      : prohibited_(prohibited), path_(path) {}

  Result<void> add(std::string_view piece) {
    size_ += static_cast<std::int64_t>(piece.size());
    if (size_ > kLargestSearched) {
      return unverified(
          path_, "it is larger than 64MiB, the largest file in which \"prohibit\" can search");
    }
    constexpr std::string_view kEnds("\n\0", 2);
    for (std::size_t end = piece.find_first_of(kEnds); end != std::string_view::npos;
         end = piece.find_first_of(kEnds)) {
      line_.append(piece.substr(0, end));
      TRY(judge());
      number_ += piece[end] == '\n' ? 1 : 0;
      line_.clear();
      piece.remove_prefix(end + 1);
    }
    line_.append(piece);
    return {};
  }

  Result<void> judge() const {
    for (const Prohibited& one : prohibited_) {
      // A line that cannot be searched counts as a match.
      if (!one.pattern.may_be_in(line_)) continue;
      return unverified(path_, fmt::format("line {} matches the prohibited pattern '{}'", number_,
                                           shown_value(one.text)));
    }
    return {};
  }

 private:
  const std::list<Prohibited>& prohibited_;
  const std::string& path_;
  std::string line_{};
  std::int64_t size_ = 0;
  std::int64_t number_ = 1;
};

}  // namespace

Result<void> read_pieces(int file, const std::string& path, const EachPiece& each) {
  std::array<char, 65536> chunk{};
  for (off_t at = 0;;) {
    const ssize_t got = ::pread(file, chunk.data(), chunk.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      Error error = Error::from_errno("read");
      error.subject = path;
      return error;
    }
    if (got == 0) return {};
    TRY(each(std::string_view(chunk.data(), static_cast<std::size_t>(got))));
    at += got;
  }
}

Result<Expectation> expectation_in(const config::Request& request) {
  Expectation expected{request.text("sha256"), request.texts("prohibit")};
  const bool is_digest = is_sha256(expected.sha256);
  for (char& c : expected.sha256) c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  if (is_digest || !request.has("sha256")) return expected;
  return Error{"use the digest", 0, request.text("sha256"), "it has 64 hexadecimal digits"};
}

Result<void> verify_digest(const Expectation& expected, const std::string& digest,
                           const std::string& path) {
  if (expected.sha256.empty() || expected.sha256 == digest) return {};
  return unverified(path, "its SHA-256 digest is " + digest);
}

Result<void> verify_lines(const Expectation& expected, int file, const std::string& path) {
  if (expected.prohibit.empty()) return {};
  std::list<Prohibited> prohibited;  // a Pattern cannot be moved
  for (const std::string& text : expected.prohibit) {
    std::string why = prohibited.emplace_back(text).pattern.problem();
    if (!why.empty()) return Error{"use the pattern", 0, text, std::move(why)};
  }
  LineSearch search(prohibited, path);
  TRY(read_pieces(file, path, [&](std::string_view piece) { return search.add(piece); }));
  return search.judge();
}

Result<std::string> digest_of(int file, const std::string& path) {
  Digest digest = TRY(Digest::begin());
  TRY(read_pieces(file, path, [&](std::string_view piece) { return digest.add(piece); }));
  return digest.finish();
}

Result<void> verify(const Expectation& expected, int file, const std::string& path) {
  if (!expected.sha256.empty()) {
    const std::string digest = TRY(digest_of(file, path));
    TRY(verify_digest(expected, digest, path));
  }
  return verify_lines(expected, file, path);
}

Error unverified_because(std::string words) {
  return {"", kUnverified, {}, std::move(words)};
}

bool is_unverified(const Error& error) noexcept {
  return error.code == kUnverified && !error.detail.empty();
}

}  // namespace pintle::fetch
