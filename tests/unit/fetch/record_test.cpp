#include "fetch/record.hpp"

#include <doctest/doctest.h>

using namespace pintle;
using namespace pintle::fetch;

namespace {

config::HttpUrl recorded_url(std::string_view text) {
  auto parsed = config::parse_web_url(text);
  REQUIRE(parsed);
  return *parsed;
}

Order order(std::string_view target, const Headers& headers) {
  Order made;
  made.url = recorded_url(target);
  made.headers = headers;
  return made;
}

Record record(std::string_view target, const Headers& headers,
              const Validators& marks = {"\"e\"", "then"}) {
  auto made = record_of(order(target, headers), marks, "digest");
  REQUIRE(made);
  return *made;
}

Headers asked(const Record& known, std::string_view target, const Headers& headers = {}) {
  auto found = conditions(known, order(target, headers));
  REQUIRE(found);
  return *found;
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
      const char* etag;
      const char* last_modified;
      const char* date;
      Validators found;
    };
    const Row rows[] = {
        {"", "", "", {"", ""}},
        {"\"a b\"", "", "", {"\"a b\"", ""}},
        {"W/\"a\"", "", "", {"W/\"a\"", ""}},
        {"a", "", "", {"", ""}},
        {"\"a", "", "", {"", ""}},
        {"\"a\"b\"", "", "", {"", ""}},
        {"\"\"", "", "", {"\"\"", ""}},
        {"", "t", "", {"", ""}},
        {"", "t", "u", {"", "t"}},
        {"", "t", "t", {"", ""}},
        {"", "t\x01", "u", {"", ""}},
    };
    for (const Row& row : rows) {
      CAPTURE(row.etag);
      CAPTURE(row.last_modified);
      const Validators found = validators_in(row.etag, row.last_modified, row.date);
      CHECK(found.etag == row.found.etag);
      CHECK(found.last_modified == row.found.last_modified);
    }
    CHECK(validators_in("\"" + std::string(600, 'e') + "\"", "", "").is_empty());
  }
}
