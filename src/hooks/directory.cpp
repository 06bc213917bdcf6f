#include "hooks/directory.hpp"

#include <exception>

namespace pintle::hooks {

bool is_fulfilled(const DirectoryWish& wish) noexcept {
  try {
    const auto reached = sys::reach_directory(wish.path, sys::Missing::fail);
    if (!reached) return false;
    const auto has = sys::has_ownership(reached->directory, wish.ownership);
    return has && *has;
  } catch (const std::exception&) {
    return false;
  }
}

Result<std::string> fulfil(const DirectoryWish& wish) {
  const sys::Reached reached = TRY(sys::reach_directory(wish.path, sys::Missing::make));
  sys::Ownership wanted = wish.ownership;
  if (reached.was_made && !wanted.mode) wanted.mode = 0755;
  if (TRY(sys::has_ownership(reached.directory, wanted))) {
    return std::string(reached.was_made ? "made" : "unchanged");
  }
  if (auto given = sys::give_ownership(reached.directory, wanted); !given) {
    Error error = std::move(given).error();
    error.subject = wish.path;
    return error;
  }
  return std::string(reached.was_made ? "made" : "changed");
}

}  // namespace pintle::hooks
