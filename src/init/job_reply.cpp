#include "init/job_reply.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/exit_codes.hpp"
#include "base/text.hpp"

namespace pintle::init {
namespace {

constexpr std::string_view kKinds[] = {"ran", "refused", "unknown", "forbidden"};

}  // namespace

JobReply reply_to(const Answer& answer, std::string line) {
  using Result = Answer::Result;
  if (answer.result == Result::done) return {JobReply::Kind::ran, 0, std::move(line)};
  if (answer.result != Result::failed) return {JobReply::Kind::refused, 0, std::move(line)};
  const int code = answer.code == 0 ? static_cast<int>(ExitCode::unhealthy) : answer.code;
  return {JobReply::Kind::ran, code, std::move(line)};
}

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

}  // namespace pintle::init
