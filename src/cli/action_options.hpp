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

namespace pintle::cli {

/// Rows for OptionWalk: --timeout, then the parameters but those in `without`.
class ActionOptions {
 public:
  ActionOptions(const config::ActionSpec& spec, std::span<const std::string_view> without,
                const char* timeout_help);

  std::span<const OptionText> rows() const noexcept { return rows_; }
  /// nullptr: it is --timeout.
  const config::ParamSpec* param(std::size_t row) const noexcept {
    return row == 0 ? nullptr : params_[row - 1];
  }

 private:
  std::deque<std::string> names_;  // whose texts stay where they are
  std::vector<const config::ParamSpec*> params_;
  std::vector<OptionText> rows_;
};

struct ActionWords {
  config::Params params{};
  std::string target{};
  Duration timeout{};
};

/// Reads "NAME [OPTIONS] TARGET [OPTIONS]" into `out`; argv[0] is NAME. Errors: in words, for
/// usage.
Result<void> read_action(int argc, char** argv, const ActionOptions& options, ActionWords& out);

/// What a config would be refused for. Errors: as above.
Result<void> check_action(const config::ActionSpec& spec, const ActionWords& words);

}  // namespace pintle::cli
