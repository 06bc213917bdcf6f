// The probe `http`: one request to a service of this container.
#include <fmt/format.h>

#include "actions/action.hpp"
#include "actions/addresses.hpp"
#include "actions/tls_params.hpp"
#include "base/text.hpp"
#include "config/slots.hpp"
#include "http/exchange.hpp"
#include "http/field.hpp"
#include "sys/connect.hpp"
namespace pintle::actions {
namespace {

using config::erased;
using config::into;
using config::Key;
using config::Reader;
using config::text;

constexpr std::size_t kMostContent = 1U << 20U;

struct HttpParams {
  std::string url{};
  std::optional<std::int64_t> status{};
  config::Pairs headers{};
  std::optional<std::string> body{};
  config::Pairs tls{};
  bool allow_remote = false;
};

constexpr Key<HttpParams> kProbeHttpKeys[] = {
    {.name = "url",
     .value = text<&HttpParams::url, kAnyUrl>,
     .help = "The URL, http or https: with a loopback address, or a Unix socket as in "
             "http://unix:/run/app.sock:/healthz. A status from 200 to 399 is healthy. "
             "Redirections are not followed. pintle-fetch makes https requests.",
     .example = "http://127.0.0.1:8080/healthz",
     .required = true},
    {"status", config::count<&HttpParams::status, 1>, "The only status that is healthy.", "204"},
    {"headers", config::headers<&HttpParams::headers, check_probe_header>,
     "Headers of the request, in place of those that pintle sends by itself: Host, User-Agent, "
     "\"Accept: */*\" and \"Accept-Encoding: identity\".",
     "{\"Host\": \"example.org\"}"},
    {"body", into<&HttpParams::body, &Reader::expandable>,
     "A text that the first MiB of the response must contain; the response must not be compressed.",
     "\"status\":\"ok\""},
    kTlsKey<HttpParams>,
    kAllowRemoteKey<HttpParams>,
};

bool is_probe_http_apart(const HttpParams& params) {
  return is_by_tls(params.url, params.tls);
}

std::string check_probe_http_keys(const HttpParams& params) {
  return params.allow_remote ? std::string() : why_url_is_remote(params.url);
}

Result<std::string> run_probe_http(const HttpParams& params, const Context& context) {
  const config::Hosts hosts = hosts_of(params.allow_remote);
  const config::HttpUrl url = TRY(config::parse_http_url(params.url, hosts));
  TRY(http::check_headers(params.headers));
  const Fd socket =
      TRY(url.socket.empty() ? connect_to(url.address, hosts) : sys::connect_to_path(url.socket));
  const auto answer = TRY(http::get(socket, {url.host_header, url.target, params.headers}));
  std::string said = TRY(http::check_status(answer.head.status, params.status));
  const std::string body = params.body.value_or("");
  if (!body.empty() && !TRY(http::content_holds(socket, answer, body, kMostContent))) {
    return Error::in_words(fmt::format("{}, without \"{}\" in its content", said,
                                       shown_value(context.hide ? context.hide(body) : body)));
  }
  return said;
}

}  // namespace

const Action kProbeHttp{.spec = {.name = "http",
                                 .kinds = config::kChecks,
                                 .help = "Request a URL of this container.",
                                 .params = config::params_of<kProbeHttpKeys>(),
                                 .shorthand = "url",
                                 .check = erased<check_probe_http_keys>,
                                 .is_apart = erased<is_probe_http_apart>},
                        .run = erased<run_probe_http>,
                        .command = "http"};

}  // namespace pintle::actions
