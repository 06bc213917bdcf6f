// init/surroundings.hpp - what the process is that starts everything, and what it was given.
#pragma once

#include <string>

#include "config/expansion.hpp"
#include "config/model.hpp"
#include "sys/capabilities.hpp"
#include "sys/identity.hpp"

namespace pintle::init {

struct Surroundings {
  config::Environ environment{};  ///< the container's
  sys::Accounts accounts{};
  sys::Identity self{};
  sys::CapabilitySet capabilities{};  ///< effective
  sys::CapabilitySet bounding{};
  sys::CapabilitySet ambient{};
  std::string uid_map{};  ///< /proc/self/uid_map; "": all are mapped
  std::string gid_map{};
  config::ImageMode image_mode = config::ImageMode::layered;
  bool has_terminal = false;  ///< stdin is our terminal
  /// How many of main's words came from the command line, its last ones: they are not expanded.
  std::size_t literal_words = 0;
  std::string fetch_program{};  ///< the second program's path
  int passed_sockets = 0;       ///< main's, sd_listen_fds(3)
  std::string socket_names{};   ///< its LISTEN_FDNAMES
  std::string notify_socket{};  ///< the value of main's NOTIFY_SOCKET; "": what the container has
  bool has_only_steps = false;  ///< nothing but the steps of init will run
};

}  // namespace pintle::init
