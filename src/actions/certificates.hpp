// actions/certificates.hpp - certificates in PEM (RFC 7468) or DER: found, compared, joined in PEM.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pintle::actions {

/// The base64 bodies of the certificates in `content`, without white space; `content` is a text
/// with blocks of PEM, or one certificate in DER. Errors: none in it, one that does not end or is
/// no whole certificate (der.hpp), a private key beside them.
Result<std::vector<std::string>> certificates_in(std::string_view content);

/// How many blocks of a bundle are no whole certificates.
std::size_t damaged_in(std::string_view bundle);

/// `bundle` with those of `bodies` at its end that it does not hold yet; `added` counts them.
std::string with_certificates(std::string bundle, const std::vector<std::string>& bodies,
                              std::size_t& added);

}  // namespace pintle::actions
