// init/job_reply.hpp - what PID 1 answers to `pintle job`, as a packet. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "init/events.hpp"

namespace pintle::init {

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

/// What the end of a run, or its refusal, means. A failure is never 0, whatever the program said.
JobReply reply_to(const Answer& answer, std::string line);

std::string encode(const JobReply& reply);

/// Of a text that is none a refusal with that text.
JobReply decode_job_reply(std::string_view packet);

}  // namespace pintle::init
