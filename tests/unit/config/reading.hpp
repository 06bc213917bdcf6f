// What the tests of the parser share: a config from its text, and its problems as lines.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "config/address.hpp"
#include "config/parse.hpp"
#include "config/slots.hpp"

namespace reading {

using Lines = std::vector<std::string>;

/// Built-ins as the folders above this one have them: config/ knows only what a row looks like.
namespace specs {

using namespace pintle::config;

inline std::string check_url(const std::string& url) {
  const auto parsed = parse_http_url(url);
  return parsed ? std::string() : parsed.error().detail;
}
inline std::string check_address(const std::string& address) {
  const auto parsed = parse_address(address);
  return parsed ? std::string() : parsed.error().detail;
}

inline constexpr TextKind kUrl{.check = check_url};
inline constexpr TextKind kAddress{.check = check_address};

struct DirectoryParams {
  std::string path{};
  std::optional<mode_t> mode{};
  std::optional<std::string> owner{};
};
inline constexpr Key<DirectoryParams> kDirectoryKeys[] = {
    {.name = "path",
     .value = into<&DirectoryParams::path, &Reader::expandable>,
     .help = "-",
     .example = "-",
     .required = true},
    {"mode", into<&DirectoryParams::mode, &Reader::mode>, "-", "-"},
    {"owner", into<&DirectoryParams::owner, &Reader::expandable>, "-", "-"}};

struct ProbeParams {
  std::string target{};
};
inline constexpr Key<ProbeParams> kUrlKeys[] = {{.name = "url",
                                                 .value = text<&ProbeParams::target, kUrl>,
                                                 .help = "-",
                                                 .example = "-",
                                                 .required = true}};
inline constexpr Key<ProbeParams> kAddressKeys[] = {{.name = "address",
                                                     .value = text<&ProbeParams::target, kAddress>,
                                                     .help = "-",
                                                     .example = "-",
                                                     .required = true}};

struct FallbackParams {
  std::string source{};
  std::optional<std::string> destination{};
};
inline constexpr Key<FallbackParams> kFallbackKeys[] = {
    {.name = "source",
     .value = into<&FallbackParams::source, &Reader::expandable>,
     .help = "-",
     .example = "-",
     .required = true},
    {"destination", into<&FallbackParams::destination, &Reader::expandable>, "-", "-"}};

inline constexpr ActionSpec kDirectory{"directory", kSteps, "", params_of<kDirectoryKeys>()};
inline constexpr ActionSpec kHttp{"http", kChecks, "", params_of<kUrlKeys>()};
inline constexpr ActionSpec kTcp{"tcp", kChecks, "", params_of<kAddressKeys>(), "address"};
inline constexpr ActionSpec kFallback{"fallback", 0, "", params_of<kFallbackKeys>()};
inline constexpr const ActionSpec* kAll[] = {&kDirectory, &kHttp, &kTcp, &kFallback};

}  // namespace specs

template <class T>
const T& params_of(const pintle::config::Hook& hook) {
  return std::get<pintle::config::Builtin>(hook.action).as<T>();
}

inline pintle::config::Model good(std::string_view text) {
  pintle::config::Problems problems;
  auto model = pintle::config::parse(text, {specs::kAll}, problems);
  for (const auto& problem : problems) {
    FAIL_CHECK(pintle::config::format_problem(problem, "good"));
  }
  return model;
}

inline Lines problems_of(std::string_view text) {
  pintle::config::Problems problems;
  (void)pintle::config::parse(text, {specs::kAll}, problems);
  Lines lines;
  for (const auto& problem : problems) {
    lines.push_back(pintle::config::format_problem(problem, "f"));
  }
  return lines;
}

/// The only problem of `text`, with its place.
inline std::string problem_of(std::string_view text) {
  const Lines lines = problems_of(text);
  return lines.size() == 1 ? lines[0] : std::to_string(lines.size()) + " problems";
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace reading
