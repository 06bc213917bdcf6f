// actions/tls_params.hpp - the parameter `tls` of actions that connect to a service, and whether
// they use TLS: then pintle-fetch connects.
#pragma once

#include <string>
#include <string_view>

#include "actions/path_params.hpp"
#include "config/slots.hpp"

namespace pintle::actions {

struct TlsKeys {
  std::string ca{};
  std::string certificate{};
  std::string key{};
  std::string server_name{};
  bool verify = true;
};

/// What is wrong with the name of a server, "" if nothing.
std::string check_server_name(const std::string& name);
inline constexpr config::TextKind kServerName{.check = check_server_name, .pattern = [] {
                                                return std::string_view("^[A-Za-z0-9._-]{1,253}$");
                                              }};

inline constexpr config::Key<TlsKeys> kTlsKeys[] = {
    {"ca", config::text<&TlsKeys::ca, kEntryPath>,
     "A PEM file with the CA certificates to trust instead of those of the system.",
     "/etc/ssl/own.pem"},
    {"certificate", config::text<&TlsKeys::certificate, kEntryPath>,
     "A PEM file with the client certificate.", "/run/secrets/client.pem"},
    {"key", config::text<&TlsKeys::key, kEntryPath>,
     "The PEM file with the key of the client certificate, without a passphrase.",
     "/run/secrets/client.key"},
    {"serverName", config::text<&TlsKeys::server_name, kServerName>,
     "The name that the certificate of the server must have, instead of the host of the address.",
     "shop.example.org"},
    {"verify", config::into<&TlsKeys::verify, &config::Reader::boolean>,
     "Whether the certificate of the server is verified. With false, every server is accepted.",
     "false", "true"},
};

inline constexpr std::string_view kCertificateNeedsKey[] = {"certificate", "key"};
inline constexpr std::string_view kKeyNeedsCertificate[] = {"key", "certificate"};
inline constexpr config::Rule kTlsRules[] = {{config::Rule::Type::needs, kCertificateNeedsKey},
                                             {config::Rule::Type::needs, kKeyNeedsCertificate}};
inline constexpr auto kTls =
    config::object_of<kTlsKeys>({.name = "tls", .title = "\"tls\"", .rules = kTlsRules});

/// The members that are set, and always "verify".
config::Pairs pairs_of(const TlsKeys& keys);

/// For parameters with a member `tls`, which is config::Pairs.
template <class T>
void read_tls(config::Reader& reader, const config::Node& node, T& out) {
  TlsKeys keys;
  config::read_object(reader, node, kTls, keys);
  out.tls = pairs_of(keys);
}

template <class T>
inline constexpr config::Key<T> kTlsKey{
    "tls",
    {read_tls<T>, &config::kObjectForm<kTls>, config::field_of<&T::tls>},
    "How TLS is used. A URL with http:// then uses TLS too.",
    R"({"ca": "/etc/ssl/own.pem"})"};

/// True if the request to `url` uses TLS.
bool is_by_tls(const std::string& url, const config::Pairs& tls) noexcept;

}  // namespace pintle::actions
