#include "sys/descriptors.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace pintle::sys {
namespace {

constexpr rlim_t kMostDescriptors = 1U << 20U;

bool close_range(int first, int kept) noexcept {
  const auto close = [](int from, unsigned to) {
    return ::syscall(SYS_close_range, static_cast<unsigned>(from), to, 0) == 0;
  };
  if (kept < first) return close(first, ~0U);
  const bool below = kept == first || close(first, static_cast<unsigned>(kept) - 1);
  return below && close(kept + 1, ~0U);
}

/// Offsets in a record of getdents64(2): its length, its name.
constexpr std::size_t kLengthAt = 16;
constexpr std::size_t kNameAt = 19;

/// The descriptor that an entry names; -1 for "." and "..".
int number_of(const char* name) noexcept {
  int fd = -1;
  const char* const end = name + std::strlen(name);
  const auto [stop, error] = std::from_chars(name, end, fd);
  return error == std::errc() && stop == end ? fd : -1;
}

/// The kernel lists descriptors in ascending order, so closing some during the listing skips none.
bool close_listed(int first, int kept) noexcept {
  const int list = ::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (list < 0) return false;
  struct statfs system {};
  bool is_whole = ::fstatfs(list, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
  alignas(std::uint64_t) char records[2048];
  while (is_whole) {
    const long size = ::syscall(SYS_getdents64, list, records, sizeof records);
    if (size <= 0) {
      is_whole = size == 0;
      break;
    }
    for (long at = 0; at < size;) {
      std::uint16_t length = 0;
      std::memcpy(&length, records + at + kLengthAt, sizeof length);
      const int fd = number_of(records + at + kNameAt);
      if (fd >= first && fd != kept && fd != list) ::close(fd);
      at += length;
    }
  }
  ::close(list);
  return is_whole;
}

}  // namespace

int descriptor_bound() noexcept {
  rlimit most{};
  if (::getrlimit(RLIMIT_NOFILE, &most) < 0) return static_cast<int>(kMostDescriptors);
  return static_cast<int>(std::min(most.rlim_max, kMostDescriptors));
}

void close_descriptors(int first, int kept, int bound) noexcept {
  if (close_range(first, kept) || close_listed(first, kept)) return;
  for (int fd = first; fd < bound; ++fd) {
    if (fd != kept) ::close(fd);
  }
}

}  // namespace pintle::sys
