#include "hooks/arguments.hpp"

namespace pintle::hooks {
namespace {

void add_chosen(const config::Arguments& arguments, const Leaf& leaf,
                std::vector<const config::Argument*>& out) {
  for (const config::Argument& one : arguments) {
    if (one.type != config::Argument::Type::choice) {
      out.push_back(&one);
      continue;
    }
    const auto value = holds(one.condition, leaf);
    if (value != false) add_chosen(one.then, leaf, out);
    if (value != true) add_chosen(one.otherwise, leaf, out);
  }
}

}  // namespace

std::vector<const config::Argument*> chosen(const config::Arguments& arguments, const Leaf& leaf) {
  std::vector<const config::Argument*> out;
  out.reserve(arguments.size());
  add_chosen(arguments, leaf, out);
  return out;
}

}  // namespace pintle::hooks
