// sys/changeable.hpp - says who else than root could change a file: by writing to it, or by putting
// another one in its place.
#pragma once

#include <string>

namespace pintle::sys {

/// Why somebody else than root can change what `path` is, "" if nobody can, or if there is no such
/// regular file: "'/data' belongs to uid 1000". The file, all directories above it, and the links
/// that lead to it count. A read-only mount cannot be changed, and neither can a name in a
/// directory with the sticky bit by those who do not own it. The group root counts as root. An
/// owner that is not mapped into this user namespace is nobody in this container.
std::string why_changeable(const std::string& path);

}  // namespace pintle::sys
