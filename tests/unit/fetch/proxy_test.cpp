#include "fetch/proxy.hpp"

#include <doctest/doctest.h>

#include "fetch/no_proxy.hpp"

using namespace pintle;
using namespace pintle::fetch;

namespace {

using ProxyValues = std::vector<std::pair<std::string, std::string>>;

config::HttpUrl proxy_url(std::string_view text) {
  auto parsed = config::parse_web_url(text);
  REQUIRE(parsed);
  return *parsed;
}

/// "HOST:PORT", with user and password if it has some; "-" for none, or the error.
std::string way_to(std::string_view text, const ProxyValues& variables) {
  const auto proxy = proxy_for(proxy_url(text), proxies_in({"fetch", variables}));
  if (!proxy) return proxy.error().message();
  if (!*proxy) return "-";
  const auto& [address, user, password] = **proxy;
  return shown(**proxy) + (user.empty() && password.empty() ? "" : " " + user + " " + password);
}

std::string parsed(const std::string& value) {
  return way_to("http://a.org/", {{"http_proxy", value}});
}

bool exempt(std::string_view target, std::string_view no_proxy) {
  return is_exempt(proxy_url(target).address, no_proxy);
}

}  // namespace

TEST_SUITE("fetch/proxy") {
  TEST_CASE("the lower-case variable counts first, and HTTP_PROXY never") {
    const ProxyValues all{{"http_proxy", "lower"},    {"HTTP_PROXY", "upper"},
                          {"https_proxy", "lower-s"}, {"HTTPS_PROXY", "upper-s"},
                          {"all_proxy", "lower-all"}, {"ALL_PROXY", "upper-all"}};
    const auto without = [](ProxyValues values, std::string_view name) {
      std::erase_if(values, [&](const auto& one) { return one.first == name; });
      return values;
    };
    ProxyValues left = all;
    CHECK(way_to("http://a.org/", left) == "lower:80");
    CHECK(way_to("https://a.org/", left) == "lower-s:80");
    left = without(without(left, "http_proxy"), "https_proxy");
    CHECK(way_to("http://a.org/", left) == "lower-all:80");
    CHECK(way_to("https://a.org/", left) == "upper-s:80");
    left = without(without(left, "all_proxy"), "HTTPS_PROXY");
    CHECK(way_to("http://a.org/", left) == "upper-all:80");
    CHECK(way_to("https://a.org/", left) == "upper-all:80");
    left = without(left, "ALL_PROXY");
    CHECK(way_to("http://a.org/", left) == "-");
    CHECK(way_to("https://a.org/", left) == "-");
    CHECK(way_to("http://a.org/",
                 {{"http_proxy", "p"}, {"no_proxy", "b.org"}, {"NO_PROXY", "*"}}) == "p:80");
    CHECK(way_to("http://a.org/", {{"http_proxy", "p"}, {"NO_PROXY", "a.org"}}) == "-");
  }

  TEST_CASE("a proxy is a host, with a scheme, a port and credentials or without") {
    struct Row {
      const char* value;
      const char* expected;
    };
    const Row rows[] = {
        {"proxy.org", "proxy.org:80"},
        {"proxy.org:3128", "proxy.org:3128"},
        {"http://proxy.org:3128", "proxy.org:3128"},
        {"HTTP://proxy.org:3128/", "proxy.org:3128"},
        {"[::1]:3128", "[::1]:3128"},
        {"10.0.0.1", "10.0.0.1:80"},
        {"http://u:p@proxy.org", "proxy.org:80 u p"},
        {"u:p@proxy.org:1", "proxy.org:1 u p"},
        {"u@proxy.org:1", "proxy.org:1 u "},
        {"u%40x:p%3a%2F%25@proxy.org", "proxy.org:80 u@x p:/%"},
        {"u:p:q%40r@proxy.org", "proxy.org:80 u p:q@r"},
        {"@proxy.org", "proxy.org:80"},
    };
    for (const Row& row : rows) {
      CAPTURE(std::string(row.value));
      CHECK(parsed(row.value) == std::string(row.expected));
    }
  }

  TEST_CASE("another proxy is an error, in which nothing of the value stands") {
    const std::string form = "write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT";
    const std::string begin = "cannot use the proxy of 'http_proxy': ";
    CHECK(parsed("https://u:s3cret@p") == begin + "fetch does not support https proxies; " + form);
    CHECK(parsed("SOCKS5h://u:s3cret@p") ==
          begin + "fetch does not support socks5h proxies; " + form);
    for (const char* value :
         {"ftp://u:s3cret@p", "u:s3cret://x@p", "http://u:s3cret@", "http://u:s3cret@p:0",
          "http://u:s3cret@p:70000", "http://u:s3cret@p/x", "http://u:s3/cret@p", "u:8080/s3cret@p",
          "http://p/?s3cret", "http://p#s3cret", "u%3Ax:s3cret@p", "u:s3cret@x@p", "u:s3cret%0a@p",
          "u:s3cret%00@p", "p s3cret", "p\r\nX: s3cret", "u:s3cret@p\r\n", "s3cret:x"}) {
      CAPTURE(value);
      const std::string error = parsed(value);
      CHECK(error.starts_with(begin));
      CHECK(error.find("s3") == std::string::npos);
    }
  }

  TEST_CASE("no_proxy names hosts and all below them, addresses, networks and ports") {
    struct Row {
      const char* url;
      const char* no_proxy;
      bool is_exempt;
    };
    const Row rows[] = {
        {"http://a.org", "", false},
        {"http://a.org", "*", true},
        {"http://a.org", "b.org,*", true},
        {"http://a.org", "a.org", true},
        {"http://A.org", "a.ORG", true},
        {"http://a.org.", "a.org", true},
        {"http://a.org", "a.org.", true},
        {"http://a.org", ".a.org", true},
        {"http://x.a.org", "a.org", true},
        {"http://x.y.a.org", ".a.org", true},
        {"http://xa.org", "a.org", false},
        {"http://a.org", "x.a.org", false},
        {"http://a.org", "org", true},
        {"http://a.org", ".", false},
        {"http://a.org", ",, ,", false},
        {"http://a.org", "b.org , a.org", true},
        {"http://a.org", "b.org a.org", true},
        {"http://a.org", "a.org:80", true},
        {"http://a.org", "a.org:81", false},
        {"https://a.org", "a.org:443", true},
        {"http://x.a.org:81", ".a.org:81", true},
        {"http://a.org", "a.org:", false},
        {"http://a.org", "a.org:99999", false},
        {"http://10.1.2.3", "10.1.2.3", true},
        {"http://10.1.2.3", "10.1.2.3:80", true},
        {"http://10.1.2.3", "10.1.2.3:81", false},
        {"http://10.1.2.3", "10.1.2.4", false},
        {"http://10.1.2.3", "2.3", false},
        {"http://10.1.2.3", ".3", false},
        {"http://10.1.2.3", "10.0.0.0/8", true},
        {"http://10.1.2.3", "10.1.2.0/23", true},
        {"http://10.1.4.3", "10.1.2.0/23", false},
        {"http://10.1.2.3", "10.1.2.2/31", true},
        {"http://10.1.2.3", "10.1.2.4/31", false},
        {"http://10.1.2.3", "10.1.2.3/32", true},
        {"http://10.1.2.3", "0.0.0.0/0", true},
        {"http://10.1.2.3", "10.1.2.3/33", false},
        {"http://10.1.2.3", "10.1.2.3/-1", false},
        {"http://10.1.2.3", "10.1.2.3/", false},
        {"http://10.1.2.3", "::/0", false},
        {"http://a.org", "10.0.0.0/8", false},
        {"http://[fd00::1]", "fd00::1", true},
        {"http://[fd00::1]", "fd00:0::1", true},
        {"http://[fd00::1]", "[fd00::1]", true},
        {"http://[fd00::1]", "[fd00::1]:80", true},
        {"http://[fd00::1]:81", "[fd00::1]:80", false},
        {"http://[fd00::1]", "fd00::/8", true},
        {"http://[fd00::1]", "fe00::/8", false},
        {"http://[fd00::1]", "fd00::/129", false},
    };
    for (const Row& row : rows) {
      CAPTURE(row.url);
      CAPTURE(row.no_proxy);
      CHECK(exempt(row.url, row.no_proxy) == row.is_exempt);
    }
  }
}
