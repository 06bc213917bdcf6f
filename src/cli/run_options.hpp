// cli/run_options.hpp - the options of `pintle run`. The short options and the TINI_* variables
// have the same meaning as in tini.
#pragma once

#include <bitset>
#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "cli/options.hpp"

namespace pintle::cli {

struct RunOptions {
  std::string config{};
  std::string user{};
  bool signal_group = false;
  bool warn_on_reap = false;
  bool verbose = false;
  bool init_only = false;
  bool allow_new_privileges = false;
  bool help = false;
  bool version = false;
  int parent_death_signal = 0;
  std::bitset<256> success_codes{};
  std::map<int, int> rewrites{};
  std::optional<Duration> grace{};
  std::optional<log::Level> level{};
  std::optional<log::Format> format{};
};

/// Reads options until the first word that is not one. Errors: a mistake, as a text that can be
/// shown.
Result<Operands> parse_run_options(int argc, char** argv, RunOptions& out);

/// Applies the variables TINI_KILL_PROCESS_GROUP and TINI_VERBOSITY of the environment.
void apply_environment(RunOptions& out);

}  // namespace pintle::cli
