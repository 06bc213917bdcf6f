// fetch/failure.hpp - describes why a transfer of libcurl failed.
#pragma once

#include <curl/curl.h>

#include <string>

#include "base/result.hpp"

namespace pintle::fetch {

/// What is known of a transfer that failed.
struct Circumstances {
  CURLcode code = CURLE_OK;
  std::string text{};      ///< of libcurl, CURLOPT_ERRORBUFFER
  int reason = 0;          ///< errno of the last system call that failed; 0: none
  std::string peer{};      ///< "HOST:PORT" of what was connected to
  std::string ca{};        ///< the CA bundle, for messages
  std::string identity{};  ///< the client certificate, for messages
  bool has_head = false;   ///< the final response's head is there
  bool has_begun = false;  ///< the response has begun to arrive
};

/// The error for a message: the operation that failed, on what, and why.
Error failure_of(const Circumstances& at);

}  // namespace pintle::fetch
