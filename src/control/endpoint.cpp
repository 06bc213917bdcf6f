#include "control/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "control/metrics.hpp"
#include "http/head.hpp"

namespace pintle::control {
namespace {

using config::Question;
using hooks::Asked;

struct Path {
  std::string_view path;
  Asked asked;
};
constexpr Path kPaths[] = {
    {"/livez", Asked::live}, {"/readyz", Asked::ready}, {"/startupz", Asked::startup}};

struct Code {
  int number;
  std::string_view phrase;
};
constexpr Code kOk{200, "OK"};
constexpr Code kBadRequest{400, "Bad Request"};
constexpr Code kNotFound{404, "Not Found"};
constexpr Code kNotAllowed{405, "Method Not Allowed"};
constexpr Code kTooLarge{431, "Request Header Fields Too Large"};
constexpr Code kUnavailable{503, "Service Unavailable"};

/// The parts of "GET /readyz?verbose HTTP/1.1", RFC 9112 section 3.
struct Line {
  std::string_view method{};
  std::string_view path{};
  std::string_view query{};
  bool is_http = false;
};

std::string_view take(std::string_view& text, char separator) noexcept {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

Line parse_line(std::string_view request) noexcept {
  std::string_view rest = request.substr(0, request.find_first_of("\r\n"));
  Line line{.method = take(rest, ' ')};
  line.query = take(rest, ' ');
  line.path = take(line.query, '?');
  line.is_http = rest.starts_with("HTTP/1.") && line.path.starts_with('/');
  return line;
}

bool asks_for(std::string_view query, std::string_view word) noexcept {
  while (!query.empty()) {
    std::string_view one = take(query, '&');
    if (take(one, '=') == word) return true;
  }
  return false;
}

constexpr std::string_view kMetricsPath = "/metrics";
constexpr std::string_view kText = "text/plain; charset=utf-8";

std::string response(const Code& code, std::string_view body, bool has_body,
                     std::string_view type = kText) {
  return fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n"
      "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n{}Connection: close\r\n\r\n{}",
      code.number, code.phrase, type, body.size(),
      code.number == kNotAllowed.number ? "Allow: GET, HEAD\r\n" : "", has_body ? body : "");
}

bool concerns(Asked asked, Question question) noexcept {
  if (asked == Asked::live) return question == Question::liveness;
  if (asked == Asked::startup) return question == Question::startup;
  return question != Question::liveness;
}

/// The format of kube-apiserver: a line for each check, then the result.
std::string verbose_text(std::string_view path, Asked asked, const Status& status,
                         const hooks::Answer& answer) {
  std::string text;
  for (const hooks::CheckView& check : all_checks(status)) {
    if (!concerns(asked, check.question)) continue;
    const bool is_good = check.verdict == hooks::Verdict::healthy;
    text += fmt::format("[{}]{} {}{}{}\n", is_good ? '+' : '-', check.id,
                        is_good ? "ok" : hooks::name_of(check.verdict),
                        check.message.empty() ? "" : ": ", check.message);
  }
  path.remove_prefix(1);
  if (answer.healthy) return text + fmt::format("{} check passed\n", path);
  return text + fmt::format("{} check failed: {}\n", path, answer.reason);
}

/// The answer without the messages of the checks: not every client that reaches the port may read
/// them.
hooks::Answer answer_in_short(Asked asked, Status status) {
  for (hooks::CheckView& check : status.checks) check.message.clear();
  for (Status& nested : status.nested) {
    for (hooks::CheckView& check : nested.checks) check.message.clear();
  }
  return answer(asked, status);
}

const Path* find(std::string_view path) noexcept {
  for (const Path& one : kPaths) {
    if (one.path == path) return &one;
  }
  return nullptr;
}

std::string not_found() {
  std::string text = "the paths are";
  for (const Path& one : kPaths) text += fmt::format(" {}", one.path);
  return text + fmt::format(", each with ?verbose, and {}\n", kMetricsPath);
}

}  // namespace

bool is_complete(std::string_view request) noexcept {
  return request.size() > kLargestRequestHead || http::head_size(request).has_value();
}

std::string respond(std::string_view request, const Result<Status>& status) {
  const Line line = parse_line(request);
  const bool has_body = line.method != "HEAD";
  const auto say = [&](const Code& code, std::string_view body) {
    return response(code, body, has_body);
  };
  if (request.size() > kLargestRequestHead) return say(kTooLarge, "the request is too large\n");
  if (!line.is_http) return say(kBadRequest, "the request is not HTTP/1.1\n");
  if (line.method != "GET" && line.method != "HEAD") return say(kNotAllowed, "GET or HEAD\n");
  const Path* path = find(line.path);
  const bool wants_metrics = line.path == kMetricsPath;
  if (path == nullptr && !wants_metrics) return say(kNotFound, not_found());
  if (!status) return say(kUnavailable, one_line(status.error().message()) + "\n");
  if (wants_metrics) {
    const MetricsFormat format = metrics_format(request);
    return response(kOk, metrics(*status, format), has_body, type_of(format));
  }
  const hooks::Answer answer = answer_in_short(path->asked, *status);
  const Code& code = answer.healthy ? kOk : kUnavailable;
  if (asks_for(line.query, "verbose")) {
    return say(code, verbose_text(path->path, path->asked, *status, answer));
  }
  return say(code, answer.healthy ? "ok\n" : answer.reason + "\n");
}

}  // namespace pintle::control
