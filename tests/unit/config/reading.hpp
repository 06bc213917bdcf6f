// What the tests of the parser share: a config from its text, and its problems as lines.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "config/address.hpp"
#include "config/parse.hpp"

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

inline constexpr ParamSpec kDirectoryParams[] = {{"path", ParamType::text, "", "", true},
                                                 {"mode", ParamType::mode, ""},
                                                 {"owner", ParamType::owner, ""}};
inline constexpr ParamSpec kUrl[] = {{"url", ParamType::text, "", "", true, {}, check_url}};
inline constexpr ParamSpec kAddress[] = {
    {"address", ParamType::text, "", "", true, {}, check_address}};
inline constexpr ParamSpec kFallbackParams[] = {{"source", ParamType::text, "", "", true},
                                                {"destination", ParamType::text, ""}};
inline constexpr ActionSpec kDirectory{"directory", kSteps, "", kDirectoryParams};
inline constexpr ActionSpec kHttp{"http", kChecks, "", kUrl};
inline constexpr ActionSpec kTcp{"tcp", kChecks, "", kAddress, "address"};
inline constexpr ActionSpec kFallback{"fallback", 0, "", kFallbackParams};
inline constexpr const ActionSpec* kAll[] = {&kDirectory, &kHttp, &kTcp, &kFallback};

}  // namespace specs

inline const pintle::config::Params& params_of(const pintle::config::Hook& hook) {
  return std::get<pintle::config::Builtin>(hook.action).params;
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
