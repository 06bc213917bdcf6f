#include "fetch/record.hpp"

#include <doctest/doctest.h>

using namespace pintle;
using namespace pintle::fetch;

namespace {

config::HttpUrl url(std::string_view text) {
  auto parsed = config::parse_web_url(text);
  REQUIRE(parsed);
  return *parsed;
}

Record record(std::string_view target, const Headers& headers,
              const Validators& marks = {"\"e\"", "then"}) {
  auto made = record_of(url(target), headers, marks, "digest");
  REQUIRE(made);
  return *made;
}

Headers asked(const Record& known, std::string_view target, const Headers& headers = {}) {
  auto found = conditions(known, url(target), headers);
  REQUIRE(found);
  return *found;
}

Validators marks_of(const std::string& lines) {
  const auto head = http::parse_head("HTTP/1.1 200 OK\r\n" + lines + "\r\n");
  REQUIRE(head);
  return validators_in(*head);
}

}  // namespace

TEST_SUITE("fetch/record") {
  TEST_CASE("only the same request is asked conditionally") {
    const Headers both{{"If-None-Match", "\"e\""}, {"If-Modified-Since", "then"}};
    const Record plain = record("https://a.org/b?c", {});
    CHECK(asked(plain, "https://a.org/b?c") == both);
    for (const char* other : {"http://a.org/b?c", "https://b.org/b?c", "https://a.org/b?d",
                              "https://a.org:444/b?c", "https://a.org/b"}) {
      CAPTURE(other);
      CHECK(asked(plain, other).empty());
    }
    const Headers headers{{"X-Tenant", "a"}, {"Authorization", "Bearer s3cret"}};
    CHECK(asked(plain, "https://a.org/b?c", headers).empty());
    const Record secret = record("https://a.org/b?c", headers);
    CHECK(asked(secret, "https://a.org/b?c", headers) == both);
    CHECK(asked(secret, "https://a.org/b?c", {headers[0]}).empty());
    CHECK(asked(secret, "https://a.org/b?c", {{"X-Tenant", "b"}, headers[1]}).empty());
    CHECK(asked(secret, "https://a.org/b?c").empty());
  }

  TEST_CASE("a server that gives one mark is asked by that one") {
    CHECK(asked(record("http://a/", {}, {"\"e\"", ""}), "http://a/") ==
          Headers{{"If-None-Match", "\"e\""}});
    CHECK(asked(record("http://a/", {}, {"", "then"}), "http://a/") ==
          Headers{{"If-Modified-Since", "then"}});
  }

  TEST_CASE("a record holds neither URL nor headers, and is another one each time") {
    const Headers headers{{"X-Token", "s3cret"}};
    const std::string text = to_text(record("http://host/path?s3cret", headers));
    for (const char* part : {"s3cret", "host", "path", "X-Token"}) {
      CAPTURE(part);
      CHECK(text.find(part) == std::string::npos);
    }
    CHECK(text != to_text(record("http://host/path?s3cret", headers)));
  }

  TEST_CASE("what was written is what is read, and nothing else is") {
    const Record made = record("http://a/", {});
    const auto read = parse_record(to_text(made));
    REQUIRE(read);
    CHECK(read->content == "digest");
    CHECK(asked(*read, "http://a/").size() == 2);
    for (const char* text :
         {"", "1", "1\na\nb\nc\n\"e\"", "2\na\nb\nc\n\"e\"\nd", "1\na\nb\nc\n\"e\"\nd\n",
          "1\na\nb\nc\n\n", "1\na\nb\nc\ne\nd", "1\na\nb\nc\n\"e\"\r\nX: y\nd",
          "1\na\nb\nc\n\"e\"\r\nd", "1\na\nb\nc\n\"e\"\nd\r"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_record(text));
    }
    CHECK_FALSE(parse_record("1\na\nb\nc\n\"" + std::string(600, 'e') + "\"\nd"));
  }

  TEST_CASE("a mark that cannot be trusted to name one version is none") {
    struct Row {
      const char* lines;
      const char* etag;
      const char* last_modified;
    };
    const Row rows[] = {
        {"", "", ""},
        {"ETag: \"a b\"\r\n", "\"a b\"", ""},
        {"etag: W/\"a\"\r\n", "W/\"a\"", ""},
        {"ETag: a\r\n", "", ""},
        {"ETag: \"a\r\n", "", ""},
        {"ETag: \"a\"b\"\r\n", "", ""},
        {"ETag: \"\"\r\n", "\"\"", ""},
        {"Last-Modified: t\r\n", "", ""},
        {"Last-Modified: t\r\nDate: u\r\n", "", "t"},
        {"Last-Modified: t\r\nDate: t\r\n", "", ""},
        {"Last-Modified: t\x01\r\nDate: u\r\n", "", ""},
    };
    for (const Row& row : rows) {
      CAPTURE(row.lines);
      const Validators found = marks_of(row.lines);
      CHECK(found.etag == row.etag);
      CHECK(found.last_modified == row.last_modified);
    }
    CHECK(marks_of("ETag: \"" + std::string(600, 'e') + "\"\r\n").is_empty());
  }
}
