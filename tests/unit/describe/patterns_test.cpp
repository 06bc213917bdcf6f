#include "describe/patterns.hpp"

#include <doctest/doctest.h>

#include <regex>
#include <string>

#include "base/duration.hpp"
#include "base/signal_names.hpp"
#include "config/address.hpp"
#include "config/expansion.hpp"
#include "config/parse_command.hpp"
#include "schedule/cron.hpp"

using namespace pintle;
using namespace pintle::config;
using namespace pintle::describe;

namespace {

bool matches_pattern(std::string_view pattern, const std::string& text) {
  return std::regex_search(text, std::regex(std::string(pattern), std::regex::ECMAScript));
}

/// `pattern` and `judge` say the same of every text.
template <class Judge>
void check_same(std::string_view pattern, std::initializer_list<const char*> texts, Judge judge) {
  for (const char* text : texts) {
    CAPTURE(text);
    CHECK(matches_pattern(pattern, text) == judge(text));
  }
}

constexpr const char* kAddresses[] = {"127.0.0.1:80",
                                      "127.255.0.9:1",
                                      "127.0.0.256:1",
                                      "127.01.0.1:80",
                                      "localhost:65535",
                                      "localhost:0",
                                      "localhost:00080",
                                      "localhost:65536",
                                      "localhost:99999",
                                      "localhost:",
                                      "localhost",
                                      "[::1]:8080",
                                      "[0:0:0:0:0:0:0:1]:5",
                                      "[::0001]:1",
                                      "[::]:80",
                                      "[fe80::1]:80",
                                      "[db]:1",
                                      "[127.0.0.1]:1",
                                      "db:5432",
                                      "a_b.c-d:1",
                                      "a b:1",
                                      "::1:80",
                                      "[::1",
                                      "[]:1",
                                      ":1",
                                      "a:+1",
                                      "a: 1",
                                      "LOCALHOST:1"};

}  // namespace

TEST_SUITE("describe/patterns") {
  TEST_CASE("the pattern of a duration takes what is one") {
    const auto texts = {"0",    "0s",   "5s", "1m30s", "1d2h3m4s5ms", "500ms", "1h5ms",
                        "",     "5",    "s",  "1w",    "1 s",         "-1s",   "1.5s",
                        "1s1s", "1s1m", "1S", "00s",   "0d0s"};
    check_same(kDurationPattern, texts, [](const char* text) { return !!parse_duration(text); });
    check_same(kPositiveDurationPattern, texts, [](const char* text) {
      const auto duration = parse_duration(text);
      return duration && duration->count() > 0;
    });
  }

  TEST_CASE("the pattern of a size takes what is one") {
    check_same(
        kSizePattern,
        {"0B", "64MiB", "1TiB", "007KiB", "", "64", "MiB", "64MB", "64mib", "-1B", "1.5GiB", "1 B"},
        [](const char* text) { return !!parse_size(text); });
  }

  TEST_CASE("the patterns of texts know a well-formed variable, and whether there is any") {
    const auto texts = {"",        "a",      "$A",   "${A}",   "${A:-}",  "${A:-b c}",
                        "${A:-$}", "$$",     "$",    "$5",     "a$",      "$$${A}",
                        "{A}",     "${",     "${}",  "${1}",   "${A",     "${A-b}",
                        "$$${A",   "${A:b}", "$${A", "\n$A\n", "${A}${B", "$_"};
    check_same(expandable_pattern(), texts,
               [](const char* text) { return check_expansion(text).empty(); });
    check_same(variables_pattern(), texts, [](const char* text) {
      return check_expansion(text).empty() &&
             std::string_view(text).find('$') != std::string_view::npos;
    });
  }

  TEST_CASE("the pattern of a line for the shell finds each sign of one") {
    check_same(kShellLinePattern,
               {"",    "a",   "/bin/a", "a b", "a\tb", "a\nb", "a\rb",
                "a|b", "a&b", "a;b",    "<",   ">",    "(",    ")",
                "\"",  "'",   "\\",     "*",   "?",    "[",    "#",
                "~",   "`",   "]",      "{",   "$A",   "$(a)", "a-b_c.d,e:f@g%h+i=j^k!l"},
               [](const char* text) { return looks_like_shell(text); });
  }

  TEST_CASE("the pattern of a cron takes all but what no pattern can know") {
    const auto texts = {"* * * * *",
                        "*/15 8-18 * * MON-FRI",
                        "0 0 1 1 *",
                        "59 23 31 12 7",
                        "60 * * * *",
                        "* 24 * * *",
                        "* * 32 * *",
                        "* * * 13 *",
                        "* * * * 8",
                        "* * 0 * *",
                        "* * * 0 *",
                        "00 00 01 01 00",
                        "007 * * * *",
                        "0060 * * * *",
                        "*/59 */23 */31 */12 */7",
                        "*/60 * * * *",
                        "* */24 * * *",
                        "* * */32 * *",
                        "* * * */13 *",
                        "* * * * */8",
                        "*/0 * * * *",
                        "1-5/2,7,* * * * *",
                        "1/2 * * * *",
                        "1,,2 * * * *",
                        ", * * * *",
                        "1- * * * *",
                        "-1 * * * *",
                        "1-2-3 * * * *",
                        "* * * jan,Feb-DEC sun,Mon-SAT/2",
                        "* * * MON *",
                        "* * * * JAN",
                        "* JAN * * *",
                        "* * * january *",
                        "\t* *  * *\t* ",
                        "* * * *",
                        "* * * * * *",
                        "",
                        "*",
                        "*****",
                        "@daily",
                        "@DAILY ",
                        "@reboot",
                        "@",
                        "daily",
                        "@daily *",
                        "? * * * *",
                        "*/JAN * * * *",
                        "* * *\n* *",
                        "+1 * * * *",
                        "99999999999 * * * *"};
    check_same(cron_pattern(), texts,
               [](const char* text) { return !!schedule::Cron::parse(text); });
    for (const char* text : {"5-1 * * * *", "* * 31 2 *", "* * 30-31 FEB */2"}) {
      CHECK(matches_pattern(cron_pattern(), text));
      CHECK_FALSE(schedule::Cron::parse(text));
    }
  }

  TEST_CASE("the pattern of signals knows every name and number, in any case") {
    const std::string pattern = signal_pattern();
    const auto judge = [](const char* text) { return !!signal_number(text); };
    check_same(pattern, {"SIGTERM",     "term",     "SigInt",   "15",         "1",       "64",
                         "007",         "0",        "65",       "-1",         "+15",     "",
                         "SIG",         "SIG15",    "TERMX",    "SIGSIGTERM", "RTMIN",   "rtmin+0",
                         "SIGRTMIN+30", "RTMIN+31", "RTMAX-30", "RTMAX-31",   "RTMAX+1", "RTMIN-1",
                         "RTMIN+",      "RTMIN+007"},
               judge);
    for (const std::string_view name : signal_names()) {
      CHECK(matches_pattern(pattern, std::string(name)));
      CHECK(matches_pattern(pattern, "SIG" + std::string(name)));
    }
  }

  TEST_CASE("the pattern of words takes them in any case, and no others") {
    constexpr std::string_view kWords[] = {"ab", "c-d"};
    CHECK(word_pattern(kWords) == "^(?:[aA][bB]|[cC]-[dD])$");
  }

  TEST_CASE("the patterns of addresses take what can be connected to") {
    for (const char* text : kAddresses) {
      CAPTURE(text);
      CHECK(matches_pattern(address_pattern(), text) == !!parse_address(text, Hosts::any));
    }
  }

  TEST_CASE("the patterns of URLs take what can be asked") {
    for (const std::string start : {"http://", "https://", "http:", "", "http://u@"}) {
      for (const char* address : kAddresses) {
        for (const char* target : {"", "/", "/a?b=c", "?a", "/#a", "/a b", "/\xC3\xBC", "a"}) {
          const std::string url = start + address + target;
          CAPTURE(url);
          CHECK(matches_pattern(url_pattern(), url) == !!parse_http_url(url, Hosts::any));
        }
      }
    }
    for (const char* rest : {"/run/a.sock:/x?y=z:1", "/run/a.sock", "/a:?b", "", "a.sock:/", "/",
                             ":/", "/:/", "/a:b", "/a b:/", "/a:/#b", "/a#:/", "/a:/\n"}) {
      const std::string url = std::string("http://unix:") + rest;
      CAPTURE(url);
      CHECK(matches_pattern(url_pattern(), url) == !!parse_http_url(url));
    }
  }
}
