#include "config/circles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "config/expansion.hpp"
#include "config/scope.hpp"

namespace pintle::config {
namespace {

/// Follows each entry to the names that its value needs.
class Circles {
 public:
  Circles(const Variables& top, const Variables& own) : top_(top), own_(own) {}

  std::string problem() {
    std::size_t all = 0;  // a start expands each of them several times
    for (const Variable& variable : top_) all += visit(variable, false).texts;
    for (const Variable& variable : own_) all += visit(variable, true).texts;
    if (all > kMostTexts && wrong_.empty()) {
      wrong_ = fmt::format("the values of the variables contain each other more than {} times",
                           kMostTexts);
    }
    return wrong_;
  }

 private:
  static constexpr std::size_t kMostTexts = 5'000;  // that all values together are made of

  struct Found {
    const Variable* variable = nullptr;
    bool is_own = false;
  };
  /// What a name means in a text of `by`.
  Found needed(std::string_view name, const Variable& by, bool is_own) const {
    if (is_own && name != by.name) {
      if (const Variable* variable = find(own_, name)) return {variable, true};
    }
    if (!is_own && name == by.name) return {};
    return {find(top_, name), false};
  }

  /// How many texts a value is made of, and how many at most stand one within the other.
  struct Size {
    std::size_t texts = 1;
    std::size_t depth = 1;
  };

  Size visit(const Variable& variable, bool is_own) {
    const auto known = sizes_.find(&variable);
    if (known != sizes_.end()) return known->second;
    const auto begun = std::find(path_.begin(), path_.end(), &variable);
    if (begun != path_.end() || path_.size() >= kDeepestText) {
      report(begun);
      return {};
    }
    path_.push_back(&variable);
    Size size;
    for (const std::string& name : names_of(variable)) {
      const Found next = needed(name, variable, is_own);
      if (next.variable == nullptr || !wrong_.empty()) continue;
      const Size inner = visit(*next.variable, next.is_own);
      size.texts = std::min(size.texts + inner.texts, kMostTexts + 1);
      size.depth = std::max(size.depth, inner.depth + 1);
    }
    if (size.depth > kDeepestText) report(path_.end());
    path_.pop_back();
    sizes_[&variable] = size;
    return size;
  }

  void report(std::vector<const Variable*>::const_iterator begin) {
    if (!wrong_.empty()) return;
    if (begin == path_.end()) {
      wrong_ = fmt::format("the values that {} needs are nested more than {} deep",
                           path_.front()->name, kDeepestText);
      return;
    }
    std::string circle;
    for (auto one = begin; one != path_.end(); ++one) circle += fmt::format("{} → ", (*one)->name);
    wrong_ = fmt::format("the variables need each other: {}{}", circle, (*begin)->name);
  }

  const Variables& top_;
  const Variables& own_;
  std::vector<const Variable*> path_;
  std::map<const Variable*, Size> sizes_;
  std::string wrong_;
};

}  // namespace

std::string check_circles(const Variables& top, const Variables& own) {
  return Circles(top, own).problem();
}

}  // namespace pintle::config
