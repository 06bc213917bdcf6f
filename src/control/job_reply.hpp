// control/job_reply.hpp - the reply of PID 1 to `pintle job`, as a packet. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pintle::control {

/// The verb of the request: "job\tID\tSOCKET".
inline constexpr std::string_view kJobVerb = "job";

struct JobReply {
  enum class Kind : std::uint8_t {
    ran,        ///< the job has run; `code` is the exit code for `pintle job`
    refused,    ///< the job cannot run now
    unknown,    ///< there is no such job
    forbidden,  ///< the client's user may not ask for it
  };
  Kind kind = Kind::refused;
  int code = 0;
  std::string line{};  ///< a message
};

std::string encode(const JobReply& reply);

/// Returns the reply in `packet`. A packet that is not an encoded reply becomes a refusal with its
/// text as message.
JobReply decode_job_reply(std::string_view packet);

}  // namespace pintle::control
