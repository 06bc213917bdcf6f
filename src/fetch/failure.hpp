// fetch/failure.hpp - why a transfer of libcurl failed, in pintle's words.
#pragma once

#include <curl/curl.h>

#include <string>

#include "base/result.hpp"

namespace pintle::fetch {

/// Where a transfer was when it failed.
struct Circumstances {
  CURLcode code = CURLE_OK;
  std::string text{};      ///< of libcurl, CURLOPT_ERRORBUFFER
  int reason = 0;          ///< errno of the last system call that failed; 0: none
  std::string peer{};      ///< "HOST:PORT" of what was connected to
  std::string ca{};        ///< for messages
  std::string identity{};  ///< the client certificate, for messages
  bool has_head = false;   ///< the final response's head is there
  bool has_begun = false;  ///< the response has begun to arrive
};

Error failure_of(const Circumstances& at);

}  // namespace pintle::fetch
