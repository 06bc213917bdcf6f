// init/rules.hpp - what the command line and the config say about how PID 1 goes about it.
#pragma once

#include <bitset>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/signal_names.hpp"
#include "config/model.hpp"
#include "init/hook.hpp"

namespace pintle::init {

struct Rules {
  bool is_pid1 = true;
  bool signal_group = false;              ///< -g: signals go to main's process group
  std::optional<Duration> grace{};        ///< from the stop signal to SIGKILL; unset: for ever
  std::optional<Duration> total_grace{};  ///< the whole stop; unset: no limit
  std::bitset<kLastSignal + 1> stop_signals{};
  std::map<int, int> rewrites{};     ///< what main gets instead; 0: nothing
  std::bitset<256> success_codes{};  ///< -e: main's codes that become 0
  std::size_t parallelism = 1;
  std::uint64_t seed = 1;  ///< of the jitter of back-offs
  std::string host{};      ///< what tells one container of a fleet from another: jitter of jobs
  bool pauses = false;     ///< there is no main: running lasts until a stop signal
  bool ends_after_init = false;  ///< --init-only
  /// Which variables are set for a hook and which mode it is, for its condition; files are not
  /// known here.
  std::function<std::optional<bool>(const config::Hook&, const config::Condition& leaf)>
      known_leaf{};
};

}  // namespace pintle::init
