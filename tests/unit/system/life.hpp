// A life of PID 1, from its config to its exit code, in a machine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/diagnostics.hpp"
#include "config/model.hpp"
#include "fake_system.hpp"
#include "hooks/plan.hpp"
#include "init/preflight.hpp"

namespace seam {

struct Life {
  std::string name;
  std::string config{};
  World world{};
  bool has_config = true;  ///< otherwise nothing ends main's grace
  bool has_outer_socket = false;
  bool has_outer_pintle = false;
  int code = 0;                      ///< that PID 1 is to end with
  std::vector<std::string> says{};   ///< parts of log lines
  std::vector<std::string> notes{};  ///< parts of what clients note
};

/// The lives whose calls fail one after the other, as long as the table that they stand in.
const std::vector<Life>& lives();

/// What is decided before the loop begins, once for all runs of a life.
class Start {
 public:
  explicit Start(const Life& life);

  const Life& life() const noexcept { return life_; }
  const pintle::init::Recipes& recipes() const noexcept { return preflight_.recipes(); }
  Outcome run(const Failure& failure = {}) const;

 private:
  pintle::init::End run_loop(const pintle::Fd& signals) const;

  const Life& life_;
  pintle::config::Problems problems_{};
  pintle::config::Model model_;
  pintle::hooks::Plan plan_;
  pintle::init::Preflight preflight_;
};

}  // namespace seam
