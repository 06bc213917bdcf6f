// init/refusal.hpp - the reasons why pintle refuses to start.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/exit_codes.hpp"

namespace pintle::init {

/// The exit code of the first reason, and a line for each reason.
struct Refusal {
  ExitCode code = ExitCode::ok;
  std::vector<std::string> reasons{};

  bool is_none() const noexcept { return code == ExitCode::ok; }

  /// Adds a reason, unless the same line is there already.
  void add(ExitCode why, std::string reason) {
    if (is_none()) code = why;
    if (std::find(reasons.begin(), reasons.end(), reason) != reasons.end()) return;
    reasons.push_back(std::move(reason));
  }
};

}  // namespace pintle::init
