#include "control/job_reply.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/text.hpp"

namespace pintle::control {
namespace {

constexpr std::string_view kKinds[] = {"ran", "refused", "unknown", "forbidden"};

}  // namespace

std::string encode(const JobReply& reply) {
  return fmt::format("{}\t{}\t{}", kKinds[static_cast<std::size_t>(reply.kind)], reply.code,
                     one_line(reply.line, 1000));
}

JobReply decode_job_reply(std::string_view packet) {
  std::string_view rest = packet;
  const std::string_view kind = take_field(rest, '\t');
  const std::string_view number = take_field(rest, '\t');
  int code = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), code);
  const bool is_number = error == std::errc() && end == number.data() + number.size();
  for (std::size_t i = 0; is_number && i < std::size(kKinds); ++i) {
    if (kKinds[i] == kind) {
      return {static_cast<JobReply::Kind>(i), code & 0xff, one_line(rest, 1000)};
    }
  }
  return {JobReply::Kind::refused, 0, one_line(packet, 1000)};
}

}  // namespace pintle::control
