#include "health/probes.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>

#include "base/duration.hpp"
#include "base/shown.hpp"
#include "base/text.hpp"
#include "config/address.hpp"
#include "health/grpc.hpp"
#include "http/exchange.hpp"
#include "http/field.hpp"
#include "sys/connect.hpp"
#include "sys/file.hpp"

namespace pintle::health {
namespace {

using config::Hosts;
using config::Params;

constexpr std::size_t kMostContent = 1U << 20U;

Error unusable(std::string detail) {
  return {"use the answer", 0, {}, std::move(detail)};
}

/// What was said, which is not what was hoped for.
Error unwanted(std::string answer) {
  return {"", 0, {}, std::move(answer)};
}

Hosts hosts_of(const Params& params) noexcept {
  return params.flag("allowRemote") ? Hosts::any : Hosts::loopback;
}

Result<Fd> connect_to(const config::Address& address, Hosts hosts) {
  const auto names = hosts == Hosts::any ? sys::Names::lookup : sys::Names::none;
  return sys::connect_to(address.host, address.port, names);
}

Result<void> check_headers(const config::Pairs& headers) {
  for (const auto& [name, value] : headers) {
    std::string wrong = http::wrong_header(name, value);
    if (!wrong.empty()) return Error{"use the header", 0, one_line(name, 60), std::move(wrong)};
  }
  return {};
}

Error not_alive(std::string detail) {
  return {"find the process alive", 0, {}, std::move(detail)};
}

/// The state letter of proc_pid_stat(5); it follows the name, which may hold anything.
Result<char> state_of(pid_t pid) {
  constexpr std::size_t kLargestStat = 4096;
  const auto stat = sys::read_file(fmt::format("/proc/{}/stat", pid), kLargestStat);
  if (!stat && stat.error().code == ENOENT) return not_alive(fmt::format("there is no {}", pid));
  if (!stat) return stat.error();
  const std::size_t name_end = stat->rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= stat->size()) {
    return not_alive(fmt::format("/proc/{}/stat makes no sense", pid));
  }
  return (*stat)[name_end + 2];
}

Result<pid_t> pid_in(const std::string& path) {
  constexpr std::size_t kLargestPidFile = 64;
  const std::string text = TRY(sys::read_file(path, kLargestPidFile));
  // What else FHS 3.0 section 3.15.2 wants readers to bear: blanks, and further lines.
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  std::string_view digits = text;
  digits.remove_prefix(std::min(digits.find_first_not_of(kBlanks), digits.size()));
  digits = digits.substr(0, digits.find_first_of(kBlanks));
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
  if (error == std::errc() && end == digits.data() + digits.size() && pid > 0) return pid;
  return Error{"use the pid file", 0, path, "it does not begin with a pid"};
}

}  // namespace

Result<std::string> probe_http(const Params& params, const Context& context) {
  const Hosts hosts = hosts_of(params);
  const config::HttpUrl url = TRY(config::parse_http_url(params.text("url"), hosts));
  TRY(check_headers(params.pairs("headers")));
  const Fd socket =
      TRY(url.socket.empty() ? connect_to(url.address, hosts) : sys::connect_to_path(url.socket));
  const auto answer =
      TRY(http::get(socket, {url.host_header, url.target, params.pairs("headers")}));
  const int status = answer.head.status;
  const auto wanted = params.number("status");
  const std::string said = fmt::format("HTTP status {}", status);
  if (wanted ? status != *wanted : status >= 400) return unwanted(said);
  const std::string body = params.text("body");
  if (!body.empty() && !TRY(http::content_holds(socket, answer, body, kMostContent))) {
    return unwanted(fmt::format("{}, without \"{}\" in its content", said,
                                shown_value(context.hide ? context.hide(body) : body)));
  }
  return said;
}

Result<std::string> probe_tcp(const Params& params, const Context&) {
  const Hosts hosts = hosts_of(params);
  const config::Address address = TRY(config::parse_address(params.text("address"), hosts));
  (void)TRY(connect_to(address, hosts));
  return std::string("connected");
}

Result<std::string> probe_unix(const Params& params, const Context&) {
  (void)TRY(sys::connect_to_path(params.text("path")));
  return std::string("connected");
}

Result<std::string> probe_grpc(const Params& params, const Context&) {
  const Hosts hosts = hosts_of(params);
  const std::string text = params.text("address");
  const config::Address address = TRY(config::parse_address(text, hosts));
  const Fd socket = TRY(connect_to(address, hosts));
  TRY(sys::send_all(socket, grpc::call(text, params.text("service"))));
  grpc::Answer answer;
  std::array<char, 4096> chunk{};
  for (;;) {
    const std::size_t got = TRY(sys::receive(socket, chunk));
    if (got == 0) return unusable("the connection was cut");
    const auto serving = TRY(answer.feed({chunk.data(), got}));
    if (serving) {
      const std::string said = fmt::format("gRPC status {}", grpc::name_of(*serving));
      return *serving == grpc::Serving::serving ? Result<std::string>(said) : unwanted(said);
    }
    TRY(sys::send_all(socket, answer.take_replies()));
  }
}

Result<std::string> probe_file(const Params& params, const Context&) {
  const std::string path = params.text("path");
  struct stat info {};
  if (::stat(path.c_str(), &info) < 0) {
    Error error = Error::from_errno("find");
    error.subject = path;
    return error;
  }
  const auto limit = params.duration("newerThan");
  if (!limit) return std::string("there");
  // A change in the future is new: clocks differ, and are set.
  using namespace std::chrono;
  const auto changed = seconds(info.st_mtim.tv_sec) + nanoseconds(info.st_mtim.tv_nsec);
  const auto age = duration_cast<Duration>(system_clock::now().time_since_epoch() - changed);
  if (age <= *limit) return std::string("there, and new enough");
  return Error{"use the file", 0, path,
               fmt::format("it was last changed {} ago", format_duration(age))};
}

Result<std::string> probe_process(const Params& params, const Context& context) {
  const std::string target = params.text("target");
  const bool is_main = target == kMainProcess;
  const pid_t pid = is_main ? context.main_pid : TRY(pid_in(target));
  if (pid == 0) return not_alive("main is not running");
  const char state = TRY(state_of(pid));
  if (state == 'Z' || state == 'X') return not_alive(fmt::format("{} is dead", pid));
  return fmt::format("{} is alive", pid);
}

}  // namespace pintle::health
