#include "config/address.hpp"

#include <doctest/doctest.h>

#include <regex>
#include <string>

using namespace pintle::config;

TEST_SUITE("config/address") {
  TEST_CASE("a loopback address with a port is an address") {
    struct Row {
      const char* text;
      const char* host;
      int port;
    };
    const Row rows[] = {{"127.0.0.1:80", "127.0.0.1", 80},
                        {"127.255.0.9:1", "127.255.0.9", 1},
                        {"localhost:65535", "localhost", 65535},
                        {"[::1]:8080", "::1", 8080},
                        {"[0:0:0:0:0:0:0:1]:5", "0:0:0:0:0:0:0:1", 5}};
    for (const Row& row : rows) {
      CAPTURE(row.text);
      const auto address = parse_address(row.text);
      REQUIRE(address);
      CHECK(address->host == row.host);
      CHECK(address->port == row.port);
    }
  }

  TEST_CASE("of a service's URL host and port count, and a well-known scheme has a port") {
    struct Row {
      const char* text;
      const char* address;  ///< "": none
    };
    const Row rows[] = {
        {"db:5432", "db:5432"},
        {"[2001:db8::1]:1", "[2001:db8::1]:1"},
        {"postgres://db", "db:5432"},
        {"postgres://app:pw@db:5433/x?sslmode=require", "db:5433"},
        {"postgresql+psycopg2://a:b@db/x", "db:5432"},
        {"mysql://u:p@s@[::1]", "[::1]:3306"},
        {"redis://:pw@cache/0", "cache:6379"},
        {"rediss://cache", "cache:6379"},
        {"amqp://u:p@mq/%2f", "mq:5672"},
        {"amqps://mq", "mq:5671"},
        {"mongodb://u:p@m/x?a=b", "m:27017"},
        {"http://h/x", "h:80"},
        {"https://h?x", "h:443"},
        {"https://h:8443#x", "h:8443"},
        {"jdbc:postgresql://db/x", "db:5432"},
        {"jdbc:sqlserver://db;databaseName=x", "db:1433"},
        {"kafka://k:9092", "k:9092"},
        {"X-y.1+z://k:9092/", "k:9092"},
        {"kafka://k", ""},
        {"POSTGRES://db", ""},
        {"mongodb+srv://m:1", ""},
        {"jdbc:mongodb+srv://m", ""},
        {"postgres://", ""},
        {"postgres:///x", ""},
        {"postgres://app:pw@", ""},
        {"postgres://db:", ""},
        {"postgres://db:0", ""},
        {"postgres://db:65536/", ""},
        {"postgres://a,b", ""},
        {"postgres://a:1,b:1", ""},
        {"postgres://%2Frun%2Fpg/x", ""},
        {"postgres://::1/x", ""},
        {"postgres://app:p/w@db:5432/x", ""},
        {"postgres://app:1/w@db", ""},
        {"postgres://app:1?w@db", ""},
        {"postgres://app:1#w@db", ""},
        {"postgres://app:1;w@db", ""},
        {"postgres://db/x@y", ""},
        {"://db:1", ""},
        {"1a://db:1", ""},
        {"a b://db:1", ""},
        {"db", ""},
        {"app:pw@db:1", ""},
    };
    const std::regex pattern(std::string(service_address_pattern()), std::regex::ECMAScript);
    for (const Row& row : rows) {
      CAPTURE(row.text);
      const auto address = parse_service_address(row.text);
      CHECK((address ? authority_of(*address) : "") == row.address);
      CHECK(std::regex_search(row.text, pattern) == bool(address));
    }
  }

  TEST_CASE("no part of a password is shown, whatever is in it") {
    for (const char* text :
         {"postgres://app:S/w@db:5432/x", "postgres://app:p@S/S@db:0/x", "postgres://app:12S#@db",
          "postgres://app:S@db:0", "app:S@db:1", "mongodb+srv://app:S@db/x", "postgres://app:S@"}) {
      CAPTURE(text);
      const auto address = parse_service_address(text);
      REQUIRE_FALSE(address);
      CHECK(wrong_with(address).find('S', wrong_with(address).find("\": ")) ==
            wrong_with(address).find("SRV"));
      CHECK(wrong_with(address).substr(0, wrong_with(address).find("\": ")).find('S') ==
            std::string::npos);
      CHECK(address.error().message().find("S/") == std::string::npos);
    }
  }

  TEST_CASE("anything else is no address, and the words say so") {
    const char* const rows[] = {"",
                                ":",
                                ":80",
                                "127.0.0.1",
                                "localhost",
                                "localhost:",
                                "localhost:0",
                                "localhost:65536",
                                "localhost:-1",
                                "localhost:+1",
                                "localhost: 1",
                                "localhost:1 ",
                                "localhost:a",
                                "localhost:1:2",
                                "::1:80",
                                "[::1]",
                                "[::1]80",
                                "[::1]:",
                                "[::1:80",
                                "[]:80",
                                "[127.0.0.1]",
                                "[localhost]:80",
                                "10.0.0.1:80",
                                "0.0.0.0:80",
                                "[::]:80",
                                "db:5432",
                                "LOCALHOST:80",
                                "localhost.:80",
                                "127.1:80",
                                "2130706433:80",
                                "[fe80::1]:80",
                                "127.0.0.1\n:80",
                                "http://127.0.0.1:80",
                                "999999999999:1",
                                "localhost:99999999999999999999"};
    for (const char* text : rows) {
      CAPTURE(text);
      const auto address = parse_address(text);
      REQUIRE_FALSE(address);
      CHECK_FALSE(address.error().detail.empty());
      CHECK(address.error().detail.find('\n') == std::string::npos);
    }
  }

  TEST_CASE("an http URL is taken apart") {
    struct Row {
      const char* url;
      const char* host;
      int port;
      const char* header;
      const char* target;
    };
    const Row rows[] = {
        {"http://127.0.0.1:8080/livez", "127.0.0.1", 8080, "127.0.0.1:8080", "/livez"},
        {"http://localhost", "localhost", 80, "localhost", "/"},
        {"http://localhost/", "localhost", 80, "localhost", "/"},
        {"http://localhost?a=b", "localhost", 80, "localhost", "/?a=b"},
        {"http://localhost:1/a/b?c=d:e/f", "localhost", 1, "localhost:1", "/a/b?c=d:e/f"},
        {"http://[::1]/x", "::1", 80, "[::1]", "/x"},
        {"http://[::1]:9/x@y", "::1", 9, "[::1]:9", "/x@y"},
        {"http://127.0.0.1/%20%C3%A9", "127.0.0.1", 80, "127.0.0.1", "/%20%C3%A9"},
        {"https://localhost/a", "localhost", 443, "localhost", "/a"},
        {"https://[::1]:8443", "::1", 8443, "[::1]:8443", "/"},
    };
    for (const Row& row : rows) {
      CAPTURE(row.url);
      const auto url = parse_http_url(row.url);
      REQUIRE(url);
      CHECK(url->address.host == row.host);
      CHECK(url->address.port == row.port);
      CHECK(url->host_header == row.header);
      CHECK(url->target == row.target);
      CHECK(url->is_secure == std::string_view(row.url).starts_with("https:"));
    }
  }

  TEST_CASE("a URL may name a Unix socket, as nginx has it") {
    struct Row {
      const char* url;
      const char* socket;
      const char* target;
    };
    const Row rows[] = {{"http://unix:/run/a.sock:/x?y=z:1", "/run/a.sock", "/x?y=z:1"},
                        {"http://unix:/run/a.sock", "/run/a.sock", "/"},
                        {"http://unix:/run/a.sock:?a", "/run/a.sock", "/?a"}};
    for (const Row& row : rows) {
      CAPTURE(row.url);
      const auto url = parse_http_url(row.url);
      REQUIRE(url);
      CHECK(url->socket == row.socket);
      CHECK(url->target == row.target);
      CHECK(url->host_header == "localhost");
    }
    for (const char* url : {"http://unix:", "http://unix:a.sock:/", "http://unix:/",
                            "http://unix::/", "http://unix:/a:b", "http://unix:/a b:/",
                            "http://unix:/a:/#b", "http://unix:/a:/\r\nX: y"}) {
      CAPTURE(url);
      CHECK_FALSE(parse_http_url(url));
    }
  }

  TEST_CASE("no request line or header can be smuggled through a URL") {
    for (const char* url :
         {"http://localhost/a\r\nX: y", "http://localhost/a b", "http://localhost/\t",
          "http://localhost\r\nX: y/", "http://localhost/\x7f", "http://localhost/\xC3\xA9"}) {
      CHECK_FALSE(parse_http_url(url));
    }
  }

  TEST_CASE("anything else is no URL of this container") {
    for (const char* url :
         {"", "http://", "http:///x", "https://unix:/run/a.sock", "HTTP://localhost/",
          "localhost:80/", "http://user@localhost/", "http://user:pw@localhost/",
          "http://localhost/#part", "http://localhost#part", "http://localhost:/",
          "http://localhost:0/", "http://example.org/", "http://10.0.0.1/", "http://::1/",
          "http://[::1/", "http://127.0.0.1:8080:1/", "//localhost/", "http:/localhost"}) {
      CAPTURE(url);
      CHECK_FALSE(parse_http_url(url));
    }
  }

  TEST_CASE("a web URL may be anywhere, by http or https") {
    const auto secure = parse_web_url("https://files.example.org/a?b");
    REQUIRE(secure);
    CHECK(secure->is_secure);
    CHECK(secure->address.port == 443);
    CHECK(secure->target == "/a?b");
    const auto plain = parse_web_url("http://10.0.0.1:8080");
    REQUIRE(plain);
    CHECK_FALSE(plain->is_secure);
    CHECK(plain->address.port == 8080);
    CHECK(parse_web_url("https://[::1]/")->address.host == "::1");
    for (const char* url : {"", "https://", "HTTPS://a/", "https://a b/", "https://a/#b",
                            "https://a/\r\nX: y", "https:a", "file:///etc/passwd"}) {
      CAPTURE(url);
      CHECK_FALSE(parse_web_url(url));
    }
  }

  TEST_CASE("what is wrong with a web URL is said without its secrets") {
    for (const char* url : {"https://me:hunter2@host/", "https://me:hunter2@host:0/?t=s3cret",
                            "https://host/ ?t=s3cret", "ftp://me:hunter2@host/?t=s3cret"}) {
      const auto parsed = parse_web_url(url);
      REQUIRE_FALSE(parsed);
      CHECK(parsed.error().message().find("hunter2") == std::string::npos);
      CHECK(parsed.error().message().find("s3cret") == std::string::npos);
    }
  }
}
