// config/parse_verify.hpp - reads `verify` of a command: what must be proven of its file. Nothing
// in it is expanded: the environment must not choose what is trusted.
#pragma once

#include "config/reader.hpp"

namespace pintle::config {

std::optional<Verify> read_verify(Reader& reader, const Node& node);
extern const Form kVerifyForm;

template <class T, Command& (*CommandOf)(T&)>
void read_verify_of(Reader& reader, const Node& node, T& out) {
  CommandOf(out).verify = read_verify(reader, node);
}

/// The row of `verify`. `CommandOf(T&)` returns the Command.
template <class T, Command& (*CommandOf)(T&)>
constexpr Key<T> verify_key(std::string_view help) {
  return {"verify",
          {read_verify_of<T, CommandOf>, &kVerifyForm},
          help,
          R"({"sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"})"};
}

/// An absolute path without variables; notes a problem at any other text.
std::optional<std::string> read_fixed_path(Reader& reader, const Node& node);
extern const Form kFixedPathForm;

/// The rule that `verify` needs a `command`.
inline constexpr std::string_view kVerifyNeedsCommand[] = {"verify", "command"};
inline constexpr Rule kVerifyRule{Rule::Type::needs, kVerifyNeedsCommand};

}  // namespace pintle::config
