// init/user_variables.hpp - the variables that say who a process runs as. Pure.
#pragma once

#include "config/environ.hpp"
#include "sys/identity.hpp"

namespace pintle::init {

/// HOME, USER and LOGNAME of `environ` follow the user, environ(7); those of `declared` stay.
void follow_user(config::Environ& environ, const sys::Identity& identity,
                 const config::Environ& declared);

}  // namespace pintle::init
