// actions/ownership_params.hpp - the parameters `mode` and `owner`, which several actions share.
#pragma once

#include "config/slots.hpp"

namespace pintle::actions {

/// The mode of a file.
template <class T>
inline constexpr config::Key<T> kFileModeKey{"mode", config::into<&T::mode, &config::Reader::mode>,
                                             "The mode of the file, in octal.", "0640", "0644"};

template <class T>
inline constexpr config::Key<T> kOwnerKey{
    "owner", config::into<&T::owner, &config::Reader::expandable>,
    "The owner: user or user:group, names or numbers.", "app:app"};

}  // namespace pintle::actions
