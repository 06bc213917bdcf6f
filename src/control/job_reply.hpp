// control/job_reply.hpp - what PID 1 answers to `pintle job`, as a packet. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pintle::control {

/// The verb of the request: "job\tID\tSOCKET".
inline constexpr std::string_view kJobVerb = "job";

struct JobReply {
  enum class Kind : std::uint8_t {
    ran,        ///< and ended; `code` is what to exit with
    refused,    ///< not now
    unknown,    ///< there is no such job
    forbidden,  ///< not to who asks
  };
  Kind kind = Kind::refused;
  int code = 0;
  std::string line{};  ///< for people
};

std::string encode(const JobReply& reply);

/// Of a text that is none a refusal with that text.
JobReply decode_job_reply(std::string_view packet);

}  // namespace pintle::control
