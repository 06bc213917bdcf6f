// actions/ownership_params.hpp - the parameters that several actions share: whose the result is.
#pragma once

#include "config/slots.hpp"

namespace pintle::actions {

/// Of a file.
template <class T>
inline constexpr config::Key<T> kFileModeKey{"mode", config::into<&T::mode, &config::Reader::mode>,
                                             "Its mode, in octal.", "0640", "0644"};

template <class T>
inline constexpr config::Key<T> kOwnerKey{"owner",
                                          config::into<&T::owner, &config::Reader::expandable>,
                                          "user or user:group, names or numbers.", "app:app"};

}  // namespace pintle::actions
