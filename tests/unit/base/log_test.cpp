#include "base/log.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace pintle;
using namespace std::chrono_literals;
using log::Event;
using log::Format;
using log::Level;

namespace {

// 2024-02-29T12:34:56.007Z
constexpr std::int64_t kNow = 1'709'210'096'007;
const std::string kTime = R"({"time":"2024-02-29T12:34:56.007Z",)";

std::string line_of(const Event& event, Format format, std::int64_t now) {
  const auto lines = log::format_lines(event, format, now);
  REQUIRE(lines.size() == 1);
  return lines.front();
}

bool is_json(const std::string& line) {
  return nlohmann::json::accept(line);
}

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
      CHECK(line_of({.text = row.text}, Format::text, kNow) == row.line);
    }
  }

  TEST_CASE("a text line shows nothing of the machine's fields") {
    const Event event{Level::error, "step a failed", "step", "a", 2, 3, 5s};
    CHECK(line_of(event, Format::text, kNow) == "pintle: step a failed");
  }

  TEST_CASE("a text line fits in one atomic write") {
    const std::string endless(1'000'000, 'x');
    CHECK(line_of({.text = endless}, Format::text, kNow).size() < 4096);
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
      CHECK(line_of({.level = row.level, .text = "m"}, Format::json, kNow) == kTime + row.line);
    }
    CHECK(line_of({.text = "m"}, Format::json, 0)
              .starts_with(R"({"time":"1970-01-01T00:00:00.000Z",)"));
  }

  TEST_CASE("a JSON line has those fields that are known") {
    const Event all{Level::warning, "t", "job", "prune", 3, 0, 1500ms};
    CHECK(line_of(all, Format::json, kNow) ==
          kTime + R"("level":"warn","message":"t","kind":"job","hook":"prune","attempt":3,)"
                  R"("exitCode":0,"durationMs":1500})");
    CHECK(line_of({.text = "t", .kind = "main"}, Format::json, kNow) ==
          kTime + R"("level":"info","message":"t","kind":"main"})");
    CHECK(line_of({.text = "t", .exit_code = 137}, Format::json, kNow) ==
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
      CHECK(line_of({.text = row.text}, Format::json, kNow) == line);
    }
    CHECK(line_of({.text = "", .hook = "a\"b"}, Format::json, kNow) ==
          kTime + R"("level":"info","message":"","hook":"a\"b"})");
  }

  TEST_CASE("a line of JSON is whole and fits a pipe, whatever the event holds") {
    const std::vector<std::string> texts = {std::string(100'000, 'x'),
                                            std::string(5000, '\x01'),
                                            std::string(5000, '"'),
                                            std::string(5000, '\xff'),
                                            "",
                                            "short"};
    for (const std::string& text : texts) {
      for (const std::string& value : texts) {
        for (const std::size_t count : {0U, 1U, 3U, 2000U}) {
          const std::vector<std::pair<std::string, std::string>> fields(count, {"name", value});
          const Event event{.text = text, .kind = "step", .hook = value, .fields = fields};
          const std::string line = line_of(event, Format::json, kNow);
          CHECK(line.size() < 4096);
          CHECK(is_json(line));
          const bool is_long =
              text.size() > 6 || (count > 0 && value.size() > 6) || count > 3 || value.size() > 256;
          CHECK(nlohmann::json::parse(line).contains("truncated") == is_long);
        }
      }
    }
  }

  TEST_CASE("a long line of output loses nothing: all parts but the last are marked") {
    std::string text;
    for (int i = 0; i < 5000; ++i) text += i % 3 == 0 ? "\x01" : "\xC3\xA9";
    const std::vector<std::pair<std::string, std::string>> fields{{"team", "a"}};
    const auto lines = log::format_lines(
        {.text = text, .kind = "job", .hook = "j", .is_output = true, .fields = fields},
        Format::json, kNow);
    REQUIRE(lines.size() > 2);
    std::string joined;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      CHECK(lines[i].size() < 4096);
      const auto json = nlohmann::json::parse(lines[i]);
      CHECK(json.value("partial", false) == (i + 1 < lines.size()));
      CHECK_FALSE(json.contains("truncated"));
      joined += json["message"].get<std::string>();
    }
    CHECK(joined == text);
    const Event piece{.text = "x", .is_output = true, .is_partial = true};
    CHECK(nlohmann::json::parse(line_of(piece, Format::json, kNow))["partial"] == true);
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
