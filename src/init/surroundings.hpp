// init/surroundings.hpp - properties of the pintle process and what its parent gave to it.
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
  std::string uid_map{};  ///< /proc/self/uid_map; "": all ids are mapped
  std::string gid_map{};
  config::ImageMode image_mode = config::ImageMode::layered;
  bool has_terminal = false;  ///< stdin is the controlling terminal
  /// How many of main's words, at its end, came from the command line: they are not expanded.
  std::size_t literal_words = 0;
  std::string fetch_program{};     ///< the path of pintle-fetch
  int passed_sockets = 0;          ///< number of sockets for main, sd_listen_fds(3)
  std::string socket_names{};      ///< their LISTEN_FDNAMES
  std::string notify_socket{};     ///< main's NOTIFY_SOCKET; "": that of the container
  std::string left_out_program{};  ///< of the main that --init-only leaves out, as it is written
  bool runs_alone = false;         ///< main is not the program that the config is for
  bool has_only_steps = false;     ///< only the init steps will run
};

}  // namespace pintle::init
