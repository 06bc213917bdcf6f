// base/minisign.hpp - the files of minisign(1): public keys and signatures. Pure; the cryptography
// is in fetch/signed.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace pintle {

/// The directory of the trust anchors: files *.pub.
inline constexpr const char* kAnchorDirectory = "/etc/pintle/trust.d";

/// Larger files are neither.
inline constexpr std::size_t kLargestMinisignFile = 8192;

struct MinisignKey {
  std::string problem{};  ///< "": it is a public key; otherwise the rest is empty
  std::array<char, 8> id{};
  std::string key{};  ///< 32 bytes
};

/// The public key in the content of a file, or in its second line alone.
MinisignKey parse_minisign_key(std::string_view text);

struct MinisignSignature {
  std::string problem{};  ///< "": it is a signature; otherwise the rest is empty
  std::array<char, 8> id{};
  std::string signature{};   ///< of the BLAKE2b-512 digest of the file: 64 bytes
  std::string comment{};     ///< the trusted comment
  std::string of_comment{};  ///< the signature of `signature` and `comment` together: 64 bytes
};

/// The signature in the content of a file. One that minisign made without hashing ("legacy") is not
/// accepted.
MinisignSignature parse_minisign_signature(std::string_view text);

/// "3CDE6D87CA72BA9E": the id of a key as minisign prints it.
std::string minisign_id(const std::array<char, 8>& id);

}  // namespace pintle
