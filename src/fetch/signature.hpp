// fetch/signature.hpp - signs a request without content (AWS Signature Version 4). libcurl can do
// it, too, but each version of it in its own way, and none as every service expects it. Pure.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "fetch/request.hpp"

namespace pintle::fetch {

/// The headers by which a GET of order.url is signed with order.aws, which must be set; `seconds`
/// is the time since 1970, UTC. Host is among them, because it is signed. Errors: too little
/// memory.
Result<Headers> signature_of(const Order& order, std::int64_t seconds);

}  // namespace pintle::fetch
