#include "base/log.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pintle;
using namespace std::chrono_literals;
using log::Event;
using log::Format;
using log::Level;

namespace {

// 2024-02-29T12:34:56.007Z
constexpr std::int64_t kNow = 1'709'210'096'007;
const std::string kTime = R"({"time":"2024-02-29T12:34:56.007Z",)";

}  // namespace

TEST_SUITE("base/log") {
  TEST_CASE("a text line is the program's name and one line of text") {
    struct Row {
      std::string_view text;
      const char* line;
    };
    const Row rows[] = {{"ready", "pintle: ready"},
                        {"", "pintle: "},
                        {"a\nb", "pintle: a\\nb"},
                        {"\x1b]0;title\x07", "pintle: \\x1b]0;title\\x07"},
                        {"\xC3\xA9 \"q\"", "pintle: \xC3\xA9 \"q\""}};
    for (const Row& row : rows) {
      CHECK(log::format_line({.text = row.text}, Format::text, kNow) == row.line);
    }
  }

  TEST_CASE("a text line shows nothing of the machine's fields") {
    const Event event{Level::error, "step a failed", "step", "a", 2, 3, 5s};
    CHECK(log::format_line(event, Format::text, kNow) == "pintle: step a failed");
  }

  TEST_CASE("a text line fits in one atomic write") {
    const std::string endless(1'000'000, 'x');
    CHECK(log::format_line({.text = endless}, Format::text, kNow).size() < 4096);
  }

  TEST_CASE("a JSON line has the time in RFC 3339, the level and the message") {
    struct Row {
      Level level;
      const char* line;
    };
    const Row rows[] = {{Level::debug, R"("level":"debug","message":"m"})"},
                        {Level::info, R"("level":"info","message":"m"})"},
                        {Level::warning, R"("level":"warn","message":"m"})"},
                        {Level::error, R"("level":"error","message":"m"})"}};
    for (const Row& row : rows) {
      CHECK(log::format_line({.level = row.level, .text = "m"}, Format::json, kNow) ==
            kTime + row.line);
    }
    CHECK(log::format_line({.text = "m"}, Format::json, 0)
              .starts_with(R"({"time":"1970-01-01T00:00:00.000Z",)"));
  }

  TEST_CASE("a JSON line has those fields that are known") {
    const Event all{Level::warning, "t", "job", "prune", 3, 0, 1500ms};
    CHECK(log::format_line(all, Format::json, kNow) ==
          kTime + R"("level":"warn","message":"t","kind":"job","hook":"prune","attempt":3,)"
                  R"("exitCode":0,"durationMs":1500})");
    CHECK(log::format_line({.text = "t", .kind = "main"}, Format::json, kNow) ==
          kTime + R"("level":"info","message":"t","kind":"main"})");
    CHECK(log::format_line({.text = "t", .exit_code = 137}, Format::json, kNow) ==
          kTime + R"("level":"info","message":"t","exitCode":137})");
  }

  TEST_CASE("a JSON string is escaped as RFC 8259 asks") {
    struct Row {
      std::string_view text;
      const char* inside;
    };
    const Row rows[] = {{"\"", R"(\")"},
                        {"\\", R"(\\)"},
                        {"a/b", "a/b"},
                        {"\n", R"(\u000a)"},
                        {"\t", R"(\u0009)"},
                        {"\r", R"(\u000d)"},
                        {std::string_view("\0", 1), R"(\u0000)"},
                        {"\x1f", R"(\u001f)"},
                        {"\x7f", R"(\u007f)"},
                        {"\xE2\x82\xAC", "\xE2\x82\xAC"},
                        {"{}%d{0}", "{}%d{0}"}};
    for (const Row& row : rows) {
      const std::string line = kTime + R"("level":"info","message":")" + row.inside + "\"}";
      CHECK(log::format_line({.text = row.text}, Format::json, kNow) == line);
    }
    CHECK(log::format_line({.text = "", .hook = "a\"b"}, Format::json, kNow) ==
          kTime + R"("level":"info","message":"","hook":"a\"b"})");
  }

  TEST_CASE("levels and formats are words, without regard to case") {
    struct Row {
      const char* word;
      std::optional<Level> level;
    };
    const Row rows[] = {{"debug", Level::debug},
                        {"INFO", Level::info},
                        {"warn", Level::warning},
                        {"Warning", Level::warning},
                        {"error", Level::error},
                        {"", {}},
                        {"fatal", {}},
                        {"info ", {}},
                        {"1", {}}};
    for (const Row& row : rows) {
      CAPTURE(row.word);
      CHECK(log::parse_level(row.word) == row.level);
    }
    CHECK(log::parse_format("text") == Format::text);
    CHECK(log::parse_format("JSON") == Format::json);
    CHECK_FALSE(log::parse_format("yaml"));
    CHECK_FALSE(log::parse_format(""));
  }

  TEST_CASE("the level that is set is the level that is asked for") {
    const Level before = log::level();
    for (const Level level : {Level::debug, Level::warning, Level::error, Level::info}) {
      log::set_level(level);
      CHECK(log::level() == level);
    }
    log::set_level(before);
  }
}
