// actions/proof_params.hpp - the parameters with which `check` and `fetch` verify a file.
#pragma once

#include <string>

#include "config/slots.hpp"

namespace pintle::actions {

/// What is wrong with a digest, "" if nothing.
std::string check_sha256(const std::string& digest);
inline constexpr config::TextKind kSha256{
    .check = check_sha256, .pattern = [] { return std::string_view("^[0-9A-Fa-f]{64}$"); }};

/// What is wrong with a pattern, "" if nothing.
std::string check_prohibited(const std::string& pattern);
inline constexpr config::TextKind kProhibited{.check = check_prohibited};

template <class T>
inline constexpr config::Key<T> kSha256Key{
    "sha256", config::text<&T::sha256, kSha256>,
    "The SHA-256 digest that the content must have, in hexadecimal.",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"};

template <class T>
inline constexpr config::Key<T> kProhibitKey{
    "prohibit", config::texts<&T::prohibit, kProhibited>,
    "Extended regular expressions, regex(7), that no line of the file may match. The file may have "
    "at most 64MiB.",
    "[\"eval\\\\(\"]"};

}  // namespace pintle::actions
