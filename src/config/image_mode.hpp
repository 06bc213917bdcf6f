// config/image_mode.hpp - the words for image modes.
#pragma once

#include <string_view>

namespace pintle::config {

inline constexpr std::string_view kImageModes[] = {"layered", "prebuilt"};

}  // namespace pintle::config
