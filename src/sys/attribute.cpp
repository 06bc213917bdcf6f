#include "sys/attribute.hpp"

#include <sys/xattr.h>

namespace pintle::sys {

std::optional<std::string> attribute_of(int file, const char* name, std::size_t limit) {
  std::string value(limit, '\0');
  const ssize_t size = ::fgetxattr(file, name, value.data(), value.size());
  if (size < 0) return std::nullopt;
  value.resize(static_cast<std::size_t>(size));
  return value;
}

Result<void> set_attribute(int file, const char* name, std::string_view value) {
  if (::fsetxattr(file, name, value.data(), value.size(), 0) == 0) return {};
  return Error::from_errno("set the attribute");
}

}  // namespace pintle::sys
