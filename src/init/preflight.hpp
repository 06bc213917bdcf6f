// init/preflight.hpp - a config and its surroundings become recipes, or a refusal: everything that
// can be refused is refused once, before anything runs.
#pragma once

#include <string>
#include <vector>

#include "init/recipes.hpp"
#include "init/refusal.hpp"

namespace pintle::init {

class Preflight {
 public:
  /// `model` has to live as long.
  Preflight(const config::Model& model, Surroundings around);

  /// Unless this is none, nothing may be started.
  const Refusal& refusal() const noexcept { return refusal_; }
  /// Lines that are no refusal but should be said.
  const std::vector<std::string>& remarks() const noexcept { return remarks_; }
  const Recipes& recipes() const noexcept { return recipes_; }

 private:
  Recipes recipes_;
  Refusal refusal_{};
  std::vector<std::string> remarks_{};
};

}  // namespace pintle::init
