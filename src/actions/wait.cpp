// The built-in `wait`: waits until a service can be reached or a file exists. It has no limit
// itself: PID 1 stops it at the timeout of the hook.
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <thread>

#include "actions/action.hpp"
#include "actions/addresses.hpp"
#include "actions/path_params.hpp"
#include "actions/tls_params.hpp"
#include "config/address.hpp"
#include "config/slots.hpp"
#include "http/exchange.hpp"
#include "sys/connect.hpp"
#include "sys/walk.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::Hosts;
using config::into;
using config::Key;
using config::Reader;
using config::text;
using namespace std::chrono_literals;

constexpr Duration kInterval = 250ms;
constexpr Duration kTryTimeout = 5s;  // a lost packet must not take the whole time
constexpr Duration kWaitTimeout = 60s;

struct WaitParams {
  std::optional<std::string> tcp{};
  std::optional<std::string> http{};
  std::optional<std::string> unix_path{};
  std::optional<std::string> file{};
  std::optional<std::int64_t> status{};
  config::Pairs headers{};
  config::Pairs tls{};
  std::optional<Duration> interval{};
};

constexpr Key<WaitParams> kWaitKeys[] = {
    {"tcp", text<&WaitParams::tcp, kServiceAddress>,
     "A host and port that must accept a connection; or a URL with a host, which needs a port only "
     "if its scheme is not known: http, https, postgres, mysql, redis, amqp, mongodb and others "
     "are.",
     "db:5432"},
    {"http", text<&WaitParams::http, kAnyUrl>,
     "A URL whose response must have a status from 200 to 399. pintle-fetch makes https requests.",
     "http://api:8080/healthz"},
    {"status", config::count<&WaitParams::status, 1>, "The only status that \"http\" accepts.",
     "204"},
    {"headers", config::headers<&WaitParams::headers, check_probe_header>,
     "Headers of the request for \"http\".", "{\"Host\": \"example.org\"}"},
    kTlsKey<WaitParams>,
    {"unix", text<&WaitParams::unix_path, kEntryPath>,
     "The path of a Unix socket that must accept a connection.", "/run/db.sock"},
    {"file", text<&WaitParams::file, kPath>,
     "The path of something that must exist and not be a directory.", "/run/ready"},
    {"interval", into<&WaitParams::interval, &Reader::positive_duration>,
     "The time from one try to the next.", "1s", "250ms"},
};

constexpr std::string_view kTargets[] = {"tcp", "http", "unix", "file"};
constexpr std::string_view kStatusNeedsHttp[] = {"status", "http"};
constexpr std::string_view kHeadersNeedHttp[] = {"headers", "http"};
constexpr std::string_view kTlsNeedsHttp[] = {"tls", "http"};
constexpr config::Rule kWaitRules[] = {{config::Rule::Type::exactly_one, kTargets},
                                       {config::Rule::Type::needs, kStatusNeedsHttp},
                                       {config::Rule::Type::needs, kHeadersNeedHttp},
                                       {config::Rule::Type::needs, kTlsNeedsHttp}};

bool is_wait_apart(const WaitParams& params) {
  return params.http && is_by_tls(*params.http, params.tls);
}

Result<void> try_tcp(const config::Address& address) {
  (void)TRY(sys::connect_to(address.host, address.port, sys::Names::lookup, kTryTimeout));
  return {};
}

Result<void> try_http(const config::HttpUrl& url, const WaitParams& params) {
  const config::Address& address = url.address;
  const Fd socket = TRY(url.socket.empty() ? sys::connect_to(address.host, address.port,
                                                             sys::Names::lookup, kTryTimeout)
                                           : sys::connect_to_path(url.socket));
  const auto answer = TRY(http::get(socket, {url.host_header, url.target, params.headers}));
  (void)TRY(http::check_status(answer.head.status, params.status));
  return {};
}

Result<void> try_unix(const std::string& path) {
  (void)TRY(sys::connect_to_path(path));
  return {};
}

Result<void> try_file(const std::string& path) {
  const struct stat info = TRY(sys::find(path));
  if (!S_ISDIR(info.st_mode)) return {};
  return Error{"use", 0, path, "it is a directory"};
}

Result<void> attempt(const WaitParams& params) {
  if (params.tcp) return try_tcp(TRY(config::parse_service_address(*params.tcp)));
  if (params.http) {
    const auto url = TRY(config::parse_http_url(*params.http, Hosts::any));
    return try_http(url, params);
  }
  if (params.unix_path) return try_unix(*params.unix_path);
  return try_file(params.file.value_or(""));
}

/// An error that only variables can have caused, and that waiting does not cure.
Result<void> validate(const WaitParams& params) {
  if (params.tcp) (void)TRY(config::parse_service_address(*params.tcp));
  if (params.http) (void)TRY(config::parse_http_url(*params.http, Hosts::any));
  return http::check_headers(params.headers);
}

/// "waiting for tcp db:5432", with why it is not there: PID 1 says it when the time is over. The
/// same is told once.
class Notes {
 public:
  Notes(const WaitParams& params, const Context& context) : context_(context) {
    const std::optional<std::string>* const targets[] = {&params.tcp, &params.http,
                                                         &params.unix_path, &params.file};
    for (std::size_t i = 0; i < std::size(kTargets); ++i) {
      if (!*targets[i]) continue;
      what_ = fmt::format("waiting for {} {}", kTargets[i], context.shown(**targets[i]));
    }
  }

  void take(const std::string& why) {
    std::string line = why.empty() ? what_ : fmt::format("{}: {}", what_, why);
    if (!context_.note || line == last_) return;
    context_.note(line);
    last_ = std::move(line);
  }

 private:
  const Context& context_;
  std::string what_;
  std::string last_;
};

Result<std::string> run_wait(const WaitParams& params, const Context& context) {
  TRY(validate(params));
  const Duration interval = params.interval.value_or(kInterval);
  Notes notes(params, context);
  notes.take("");
  std::size_t attempts = 1;
  for (;; ++attempts) {
    const auto there = attempt(params);
    if (there) break;
    notes.take(context.words(there.error()));
    std::this_thread::sleep_for(interval);
  }
  return attempts == 1 ? std::string("there") : fmt::format("there after {} attempts", attempts);
}

}  // namespace

const Action kWait{
    .spec = {.name = "wait",
             .kinds = config::kActiveKinds,
             .help = "Wait until a service can be reached or a file exists; at most 60s if no "
                     "\"timeout\" is set.",
             .params = config::params_of<kWaitKeys>(),
             .timeout = kWaitTimeout,
             .rules = kWaitRules,
             .is_apart = erased<is_wait_apart>},
    .run = erased<run_wait>,
};

}  // namespace pintle::actions
