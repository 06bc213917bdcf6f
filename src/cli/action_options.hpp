// cli/action_options.hpp - the parameters of a built-in as the options of a command, made from the
// same rows as the keys of a config: "allowRemote" is --allow-remote, each of "headers" a --header.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "cli/options.hpp"
#include "config/action.hpp"
#include "config/json.hpp"

namespace pintle::cli {

/// The rows for OptionWalk: --timeout, then the parameters except those in `without`. Each member
/// of an object is an option of its own: "ca" in "tls" is --tls-ca.
class ActionOptions {
 public:
  struct Param {
    config::KeyInfo key{};
    std::string_view within{};  ///< the object that contains it; "": none
  };

  ActionOptions(const config::ActionSpec& spec, std::span<const std::string_view> without,
                const char* timeout_help);

  std::span<const OptionText> rows() const noexcept { return rows_; }
  /// nullptr: it is --timeout.
  const Param* param(std::size_t row) const noexcept {
    return row == 0 ? nullptr : &params_[row - 1];
  }

 private:
  void add(const config::KeyInfo& key, std::string_view within);

  std::deque<std::string> names_;  // a deque, so that the strings are never moved
  std::vector<Param> params_;
  std::vector<OptionText> rows_;
};

/// The words of a command line, as the object that a config would have.
struct ActionWords {
  config::Node params{.type = config::Node::Type::object};
  std::string target{};
  Duration timeout{};
};

/// Reads "NAME [OPTIONS] TARGET [OPTIONS]" into `out`; argv[0] is NAME. Errors: a mistake, from
/// usage_error().
Result<void> read_action(int argc, char** argv, const ActionOptions& options, ActionWords& out);

/// The use of `spec` with these words; the target is its parameter `target`. A `$` is an ordinary
/// character. Errors: those of a config.
Result<config::Builtin> use_of(const config::ActionSpec& spec, std::string_view target,
                               const ActionWords& words);

}  // namespace pintle::cli
