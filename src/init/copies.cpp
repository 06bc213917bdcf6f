#include "init/copies.hpp"

#include <utility>

namespace pintle::init {
namespace {

using config::Hook;
using config::kNoHook;

/// Appends a copy of the hook and of what stands in for it; returns its place.
std::size_t copy(config::Model& model, std::size_t hook) {
  const std::size_t place = model.hooks.size();
  Hook copied = model.hooks[hook];
  model.hooks.push_back(std::move(copied));
  const std::size_t fallback = model.hooks[hook].fallback_hook;
  if (fallback != kNoHook) {
    const std::size_t its_copy = copy(model, fallback);
    model.hooks[place].fallback_hook = its_copy;
  }
  return place;
}

}  // namespace

void add_copies(config::Model& model) {
  const std::size_t count = model.hooks.size();
  for (std::size_t hook = 0; hook < count; ++hook) {
    const bool overlaps = model.hooks[hook].kind == config::Kind::job &&
                          model.hooks[hook].job.concurrency == config::Concurrency::allow;
    for (std::size_t i = 1; overlaps && i < kMostRuns; ++i) {
      const std::size_t copied = copy(model, hook);
      model.hooks[copied].copy_of = hook;
    }
  }
}

}  // namespace pintle::init
