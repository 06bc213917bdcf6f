// hooks/proof_params.hpp - the parameters that `check` and `fetch` share: what a file has to prove.
#pragma once

#include <string>
#include <string_view>

#include "config/action.hpp"

namespace pintle::hooks {

/// What is wrong with a digest, "" if nothing.
std::string check_sha256(const std::string& digest);

/// The same as a regular expression.
inline std::string_view sha256_pattern() {
  return "^[0-9A-Fa-f]{64}$";
}

inline constexpr config::ParamSpec kSha256Param{
    "sha256",
    config::ParamType::text,
    "The SHA-256 digest that its content must have, in hexadecimal.",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    false,
    {},
    check_sha256,
    sha256_pattern};
/// What is wrong with a pattern, "" if nothing.
std::string check_prohibited(const std::string& pattern);

inline constexpr config::ParamSpec kProhibitParam{
    "prohibit",
    config::ParamType::texts,
    "Extended regular expressions, regex(7), that no line of it may match; at most 64MiB are "
    "searched.",
    "[\"eval\\\\(\"]",
    false,
    {},
    check_prohibited};

}  // namespace pintle::hooks
