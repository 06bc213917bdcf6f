#include "hooks/capabilities.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/text.hpp"
#include "sys/capabilities.hpp"

namespace pintle::hooks {
namespace {

void check(const std::vector<std::string>& names, config::Position at, const std::string& pointer,
           config::Problems& problems) {
  for (const std::string& name : names) {
    if (sys::capability_number(name)) continue;
    problems.push_back(
        {at, pointer + "/capabilities",
         fmt::format("\"{}\" is not a capability; write it like \"NET_BIND_SERVICE\"",
                     one_line(name, 40))});
  }
}

}  // namespace

void check_capabilities(const config::Model& model, config::Problems& problems) {
  if (const auto& kept = model.confinement.capabilities) check(*kept, {}, "/confinement", problems);
  for (const config::Role& role : config::roles_in(model)) {
    check(role.hook->capabilities, role.hook->at, role.hook->pointer, problems);
  }
}

}  // namespace pintle::hooks
