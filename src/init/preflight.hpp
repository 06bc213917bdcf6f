// init/preflight.hpp - turns a config and its surroundings into recipes, or into a refusal:
// everything that can be refused is refused before anything runs.
#pragma once

#include <string>
#include <vector>

#include "init/recipes.hpp"
#include "init/refusal.hpp"

namespace pintle::init {

class Preflight {
 public:
  /// `model` must live as long as this object.
  Preflight(const config::Model& model, Surroundings around);

  /// If it contains a reason, nothing may be started.
  const Refusal& refusal() const noexcept { return refusal_; }
  /// Warnings, a line each.
  const std::vector<std::string>& remarks() const noexcept { return remarks_; }
  const Recipes& recipes() const noexcept { return recipes_; }

 private:
  void judge();

  RecipeDraft recipes_;
  Refusal refusal_{};
  std::vector<std::string> remarks_{};
};

}  // namespace pintle::init
