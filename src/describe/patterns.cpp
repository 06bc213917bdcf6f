#include "describe/patterns.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/signal_names.hpp"
#include "config/expansion.hpp"
#include "schedule/cron.hpp"

namespace pintle::describe {
namespace {

/// "[Aa][Ll][Ll]" for "all": JSON Schema has no flags.
std::string without_case(std::string_view word) {
  std::string pattern;
  for (const char c : word) {
    const char other = static_cast<char>(c ^ 0x20);
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    pattern += is_letter ? fmt::format("[{}{}]", c, other) : std::string(1, c);
  }
  return pattern;
}

std::string any_of(std::span<const std::string_view> words) {
  std::string pattern;
  for (const std::string_view word : words) {
    pattern += fmt::format("{}{}", pattern.empty() ? "" : "|", without_case(word));
  }
  return pattern;
}

/// What may stand in a text, one thing after the other, with words `deep` within words; `stop` is
/// what ends it.
std::string pieces_pattern(std::string_view stop, std::size_t deep) {
  std::string braces;
  if (deep > 0) {
    braces = fmt::format(
        R"(|\$\{{[A-Za-z_][A-Za-z0-9_]*(?:@(?:json|sh|uri|base64|sql)|:[-+?](?:{})*)?\}})",
        pieces_pattern("}", deep - 1));
  }
  return fmt::format(R"([^{}$]|\$\${}|\$(?![{{$]))", stop, braces);
}

}  // namespace

std::string expandable_pattern() {
  return fmt::format("^(?:{})*$", pieces_pattern("", config::kDeepestWord));
}

std::string variables_pattern() {
  return fmt::format(R"(^(?=[\s\S]*\$)(?:{})*$)", pieces_pattern("", config::kDeepestWord));
}

constexpr std::string_view kShellLinePattern = R"([\t\n\r "#&'()*;<>?\[\\`|~])";
constexpr std::string_view kDurationPattern =
    "^(?:0|(?=[0-9])(?:[0-9]+d)?(?:[0-9]+h)?(?:[0-9]+m)?(?:[0-9]+s)?(?:[0-9]+ms)?)$";
constexpr std::string_view kPositiveDurationPattern =
    "^(?=.*[1-9])(?:[0-9]+d)?(?:[0-9]+h)?(?:[0-9]+m)?(?:[0-9]+s)?(?:[0-9]+ms)?$";
constexpr std::string_view kSizePattern = "^[0-9]+(?:B|KiB|MiB|GiB|TiB)$";
constexpr std::string_view kModePattern = "^0?[0-7]{3,4}$";

std::string word_pattern(std::span<const std::string_view> words) {
  return fmt::format("^(?:{})$", any_of(words));
}

std::string cron_pattern() {
  struct Field {
    std::string value;
    std::string_view step;
  };
  const Field fields[] = {
      {"0*[1-5]?[0-9]", "0*(?:[1-9]|[1-5][0-9])"},
      {"0*(?:1?[0-9]|2[0-3])", "0*(?:[1-9]|1[0-9]|2[0-3])"},
      {"0*(?:[1-9]|[12][0-9]|3[01])", "0*(?:[1-9]|[12][0-9]|3[01])"},
      {fmt::format("(?:0*(?:[1-9]|1[0-2])|{})", any_of(schedule::kMonthNames)),
       "0*(?:[1-9]|1[0-2])"},
      {fmt::format("(?:0*[0-7]|{})", any_of(schedule::kWeekdayNames)), "0*[1-7]"},
  };
  std::string all;
  for (const auto& [value, step] : fields) {
    const std::string part = fmt::format("(?:\\*(?:/{1})?|{0}(?:-{0}(?:/{1})?)?)", value, step);
    all += fmt::format("{}{}(?:,{})*", all.empty() ? "" : "[\t ]+", part, part);
  }
  std::vector<std::string_view> names;
  for (const schedule::CronName& row : schedule::kCronNames) names.push_back(row.name);
  return fmt::format("^[\t ]*(?:{}|{})[\t ]*$", all, any_of(names));
}

std::string signal_pattern() {
  constexpr std::string_view kNumber = "0*(?:[1-9]|[1-5][0-9]|6[0-4])";
  constexpr std::string_view kOffset = "0*(?:[12]?[0-9]|30)";
  return fmt::format("^(?:{0}|(?:{1})?(?:{2}|{3}\\+{5}|{4}-{5}))$", kNumber, without_case("SIG"),
                     any_of(signal_names()), without_case("RTMIN"), without_case("RTMAX"), kOffset);
}

std::string pattern_of_signals(std::span<const std::string_view> names) {
  std::string pattern;
  for (const std::string_view name : names) {
    pattern +=
        fmt::format("{}0*{}|(?:{})?{}", pattern.empty() ? "" : "|", signal_number(name).value_or(0),
                    without_case("SIG"), without_case(name.substr(3)));
  }
  return fmt::format("^(?:{})$", pattern);
}

}  // namespace pintle::describe
