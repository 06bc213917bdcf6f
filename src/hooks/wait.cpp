// The built-in `wait`: until a service can be reached or a file is there. The hook's timeout ends
// it: whoever gives up is PID 1.
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <thread>

#include "config/address.hpp"
#include "hooks/builtin.hpp"
#include "hooks/path_params.hpp"
#include "http/exchange.hpp"
#include "sys/connect.hpp"

namespace pintle::hooks {
namespace {

using config::Hosts;
using config::Params;
using config::ParamType;
using namespace std::chrono_literals;

constexpr Duration kInterval = 250ms;
constexpr Duration kPatience = 5s;  // of one attempt: a lost packet must not cost the whole time
constexpr Duration kTimeout = 60s;

std::string check_address(const std::string& address) {
  return config::wrong_with(config::parse_address(address, Hosts::any));
}

std::string check_url(const std::string& url) {
  return config::wrong_with(config::parse_http_url(url, Hosts::any));
}

constexpr config::ParamSpec kParams[] = {
    {"tcp",
     ParamType::text,
     "A host and port that accepts a connection.",
     "db:5432",
     false,
     {},
     check_address,
     config::address_pattern},
    {"http",
     ParamType::text,
     "A URL that answers with a status from 200 to 399.",
     "http://api:8080/healthz",
     false,
     {},
     check_url,
     config::url_pattern},
    {"status", ParamType::count, "The status that \"http\" has to answer with instead.", "204"},
    {"unix",
     ParamType::path,
     "The path of a socket that accepts a connection.",
     "/run/db.sock",
     false,
     {},
     check_entry_path,
     entry_path_pattern},
    {"file", ParamType::path, "The path of anything that exists, of whatever type.", "/run/ready"},
    {.name = "interval",
     .type = ParamType::interval,
     .help = "From one attempt to the next.",
     .example = "1s",
     .standard = "250ms"},
};

constexpr std::string_view kTargets[] = {"tcp", "http", "unix", "file"};
constexpr std::string_view kStatusNeedsHttp[] = {"status", "http"};
constexpr config::Rule kRules[] = {{config::Rule::Type::exactly_one, kTargets},
                                   {config::Rule::Type::needs, kStatusNeedsHttp}};

Result<void> try_tcp(const config::Address& address) {
  (void)TRY(sys::connect_to(address.host, address.port, sys::Names::lookup, kPatience));
  return {};
}

Result<void> try_http(const config::HttpUrl& url, std::optional<std::int64_t> wanted) {
  const config::Address& address = url.address;
  const Fd socket = TRY(url.socket.empty() ? sys::connect_to(address.host, address.port,
                                                             sys::Names::lookup, kPatience)
                                           : sys::connect_to_path(url.socket));
  const int status = TRY(http::get(socket, {url.host_header, url.target})).head.status;
  if (wanted ? status == *wanted : status < 400) return {};
  return Error{"", 0, {}, fmt::format("HTTP status {}", status)};
}

Result<void> try_unix(const std::string& path) {
  (void)TRY(sys::connect_to_path(path));
  return {};
}

Result<void> try_file(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) return {};
  Error error = Error::from_errno("find");
  error.subject = path;
  return error;
}

Result<void> attempt(const Params& params) {
  if (params.has("tcp")) {
    return try_tcp(TRY(config::parse_address(params.text("tcp"), Hosts::any)));
  }
  if (params.has("http")) {
    const auto url = TRY(config::parse_http_url(params.text("http"), Hosts::any));
    return try_http(url, params.number("status"));
  }
  if (params.has("unix")) return try_unix(params.text("unix"));
  return try_file(params.text("file"));
}

/// What only variables could have made wrong, and no waiting puts right.
Result<void> validate(const Params& params) {
  if (params.has("tcp")) (void)TRY(config::parse_address(params.text("tcp"), Hosts::any));
  if (params.has("http")) (void)TRY(config::parse_http_url(params.text("http"), Hosts::any));
  return {};
}

/// "waiting for tcp db:5432", with why it is not there: PID 1 says it when the time is over. The
/// same is told once.
class Notes {
 public:
  Notes(const Params& params, const Context& context) : context_(context) {
    for (const std::string_view name : kTargets) {
      if (params.has(name)) {
        what_ = fmt::format("waiting for {} {}", name, context.shown(params.text(name)));
      }
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

Result<std::string> run(const Params& params, const Context& context) {
  TRY(validate(params));
  const Duration interval = params.duration("interval").value_or(kInterval);
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

const Builtin kWait{
    .spec = {.name = "wait",
             .kinds = config::kDoers,
             .help = "Wait until a service can be reached or a file is there; at most 60s, "
                     "unless \"timeout\" says otherwise.",
             .params = kParams,
             .timeout = kTimeout,
             .rules = kRules},
    .run = run,
};

}  // namespace pintle::hooks
