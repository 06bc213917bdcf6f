#include "init/user_variables.hpp"

#include <string>
#include <string_view>

namespace pintle::init {

void follow_user(config::Environ& environ, const sys::Identity& identity,
                 const config::Environ& declared) {
  const auto put = [&](std::string_view name, const std::string& value) {
    if (config::get(declared, name)) return;
    config::unset(environ, name);
    if (!value.empty()) config::set(environ, name, value);
  };
  put("HOME", identity.home);
  put("USER", identity.name);
  put("LOGNAME", identity.name);
}

}  // namespace pintle::init
