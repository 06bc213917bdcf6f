// actions/der.hpp - whether bytes are one whole certificate: their structure in DER (X.690) as
// RFC 5280 section 4.1 has it. Nothing is verified: that is what TLS clients do. Pure.
#pragma once

#include <string_view>

namespace pintle::actions {

/// True if `der` is one complete certificate, in which every length is right.
bool is_certificate(std::string_view der);

}  // namespace pintle::actions
