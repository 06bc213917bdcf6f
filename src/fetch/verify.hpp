// fetch/verify.hpp - verifies a file's content: its digest, and that no line matches a prohibited
// pattern.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/request.hpp"

namespace pintle::fetch {

/// The largest file that is searched for patterns.
inline constexpr std::int64_t kLargestSearched = std::int64_t{64} << 20U;

/// What a file must fulfil.
struct Expectation {
  std::string sha256{};  ///< lower-case; empty: any
  std::vector<std::string> prohibit{};
};

/// What the request expects of the file. Errors: `sha256` is not a digest.
Result<Expectation> expectation_in(const config::Request& request);

/// Compares `digest`, that of the file at `path`, with the expected one. Errors: they differ;
/// is_unverified() is true for that.
Result<void> verify_digest(const Expectation& expected, const std::string& digest,
                           const std::string& path);

/// Searches the whole file for prohibited patterns. Errors: a line matches, or the file is larger
/// than kLargestSearched, for both is_unverified() is true; a pattern is not valid; those of
/// pread(2).
Result<void> verify_lines(const Expectation& expected, int file, const std::string& path);

/// Verifies digest and lines of the file.
Result<void> verify(const Expectation& expected, int file, const std::string& path);

/// Calls `each` for the whole content of the file, piece by piece. Errors: those of pread(2) and of
/// `each`.
using EachPiece = std::function<Result<void>(std::string_view piece)>;
Result<void> read_pieces(int file, const std::string& path, const EachPiece& each);

/// The digest of the whole file. Errors: those of pread(2).
Result<std::string> digest_of(int file, const std::string& path);

/// The error with these words, for which is_unverified() is true.
Error unverified_because(std::string words);

/// True for the error of a file that failed verification: exit code 82, not 1.
bool is_unverified(const Error& error) noexcept;

}  // namespace pintle::fetch
