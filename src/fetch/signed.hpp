// fetch/signed.hpp - verifies signatures of minisign(1): Ed25519 over the BLAKE2b-512 digest of a
// file, by libcrypto, with the trust anchors of the image.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/minisign.hpp"
#include "base/result.hpp"

namespace pintle::fetch {

/// The trust anchors: the keys that are compiled in or, if there are none, those in the directory.
/// The directory, its parents and its files must belong to root, and nobody else may write to them.
/// Errors: there is none; one is not such a file, or not a key that can be trusted.
Result<std::vector<MinisignKey>> trust_anchors();

/// The same, but no error if there are none.
Result<std::vector<MinisignKey>> anchors_if_any();

/// The oldest serial of a config that is accepted: that which is compiled in, or in the file
/// "serial" of the directory; the larger one. 0 if there is none. Errors: the file is not such a
/// one.
Result<std::int64_t> oldest_serial();

/// The keys that are compiled in: public keys with blanks between them. Errors: one is not a key
/// that can be trusted.
Result<std::vector<MinisignKey>> keys_in(std::string_view words);

/// What is wrong with a key, "" if nothing: with a point of small order as its key, anybody can
/// sign.
std::string wrong_with(const MinisignKey& key);

/// Verifies that one of `anchors` has signed the content of `file`, which `path` names, and the
/// comment of the signature. Errors: is_unverified() is true for a signature that is not right;
/// those of pread(2).
Result<void> verify_signature(const std::vector<MinisignKey>& anchors,
                              const MinisignSignature& signature, int file,
                              const std::string& path);

/// The signature in the file at `path`, reached without links. Errors: it cannot be read;
/// is_unverified() is true if it is not a signature.
Result<MinisignSignature> read_signature(const std::string& path);

}  // namespace pintle::fetch
