// actions/der.hpp - whether bytes are one whole certificate: their structure in DER (X.690) as
// RFC 5280 section 4.1 has it. Nothing is verified: that is what TLS clients do. Pure.
#pragma once

#include <string_view>

namespace pintle::actions {

/// True if `der` is a certificate from its first to its last byte, with every length in it right.
bool is_certificate(std::string_view der);

}  // namespace pintle::actions
