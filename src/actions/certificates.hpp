// actions/certificates.hpp - certificates in PEM (RFC 7468) or DER: found, compared, joined in PEM.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pintle::actions {

/// The base64 bodies of the certificates in `content`, without white space. `content` is text with
/// PEM blocks, or one certificate in DER. Errors: there is none; one has no end or is damaged
/// (der.hpp); there is a private key.
Result<std::vector<std::string>> certificates_in(std::string_view content);

/// How many blocks of a bundle are damaged certificates.
std::size_t damaged_in(std::string_view bundle);

/// Returns `bundle` with those of `bodies` appended that it does not have yet; `added` becomes
/// their number.
std::string with_certificates(std::string bundle, const std::vector<std::string>& bodies,
                              std::size_t& added);

}  // namespace pintle::actions
