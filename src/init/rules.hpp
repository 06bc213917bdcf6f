// init/rules.hpp - the settings of the supervisor, from the command line and the config.
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
  std::optional<Duration> grace{};        ///< from the stop signal to SIGKILL; unset: no limit
  std::optional<Duration> total_grace{};  ///< for the whole shutdown; unset: no limit
  std::bitset<kLastSignal + 1> stop_signals{};
  std::map<int, int> rewrites{};     ///< the signal that main gets instead; 0: none
  std::bitset<256> success_codes{};  ///< -e: main's exit codes that become 0
  std::size_t parallelism = 1;
  std::uint64_t seed = 1;        ///< for the jitter of back-offs
  std::string host{};            ///< the container's name, for the jitter of jobs
  bool pauses = false;           ///< without main: pintle runs until a stop signal
  bool ends_after_init = false;  ///< --init-only
  /// The value of a leaf of a hook's condition about a variable or the image mode; nullopt for a
  /// file.
  std::function<std::optional<bool>(const config::Hook&, const config::Condition& leaf)>
      known_leaf{};
};

}  // namespace pintle::init
