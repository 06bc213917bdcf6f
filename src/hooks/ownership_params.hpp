// hooks/ownership_params.hpp - the parameters that several actions share: whose the result is.
#pragma once

#include "config/action.hpp"

namespace pintle::hooks {

/// Of a file.
inline constexpr config::ParamSpec kFileModeParam{.name = "mode",
                                                  .type = config::ParamType::mode,
                                                  .help = "Its mode, in octal.",
                                                  .example = "0640",
                                                  .standard = "0644"};
inline constexpr config::ParamSpec kOwnerParam{"owner", config::ParamType::owner,
                                               "user or user:group, names or numbers.", "app:app"};

}  // namespace pintle::hooks
