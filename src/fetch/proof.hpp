// fetch/proof.hpp - what a file's content has to prove: a digest, and that no line of it matches a
// prohibited pattern.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/request.hpp"

namespace pintle::fetch {

/// The largest file that is searched for patterns.
inline constexpr std::int64_t kLargestSearched = std::int64_t{64} << 20U;

struct Proof {
  std::string sha256{};  ///< lower-case; empty: any
  std::vector<std::string> prohibit{};
};

/// Errors: a digest that is none.
Result<Proof> proof_in(const config::Request& request);

/// Errors: unproven(), when `digest` is not the wanted one.
Result<void> prove_digest(const Proof& proof, const std::string& digest, const std::string& path);

/// Searches the file at the descriptor, from its beginning. Errors: unproven(), which names line
/// and pattern; a file above kLargestSearched; a pattern that is none; those of pread(2).
Result<void> prove_lines(const Proof& proof, int file, const std::string& path);

/// Both for the file at the descriptor.
Result<void> prove(const Proof& proof, int file, const std::string& path);

/// The digest of the file at the descriptor. Errors: those of pread(2).
Result<std::string> digest_of(int file, const std::string& path);

/// True for the error of a file that was looked at and failed: exit code 82 rather than 1.
bool is_unproven(const Error& error) noexcept;

}  // namespace pintle::fetch
