#include "sys/cgroup.hpp"

#include <sched.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "sys/file.hpp"

namespace pintle::sys {
namespace {

constexpr std::size_t kMostRead = 64U << 10U;

std::string content_of(const std::string& path) {
  auto content = read_file(path, kMostRead);
  return content ? *std::move(content) : std::string();
}

std::optional<std::int64_t> number_in(std::string_view text) noexcept {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end != text.data() ? std::optional(number) : std::nullopt;
}

std::string_view take(std::string_view& rest, char separator) noexcept {
  const std::string_view part = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  return part;
}

/// The folders of the control groups of one hierarchy, from this process's to the topmost. What the
/// container cannot see of them is not there, which is no error.
std::vector<std::string> folders(const std::string& mount, std::string_view path) {
  std::vector<std::string> all;
  std::string folder(path);
  while (folder.size() > 1) {
    all.push_back(mount + folder);
    folder.erase(folder.rfind('/'));
  }
  all.push_back(mount);
  return all;
}

class Limits {
 public:
  explicit Limits(const std::string& root) : root_(root + "/sys/fs/cgroup") {
    const std::string groups = content_of(root + "/proc/self/cgroup");
    for (std::string_view rest = groups; !rest.empty();) read_line(take(rest, '\n'));
  }

  void lower(std::int64_t& memory, std::int64_t& cpus) const {
    memory = std::min(memory, memory_.value_or(memory));
    cpus = std::min(cpus, cpus_.value_or(cpus));
  }

 private:
  /// "0::/path" of version 2, "4:cpu,cpuacct:/path" of version 1.
  void read_line(std::string_view line) {
    const std::string_view number = take(line, ':');
    std::string_view controllers = take(line, ':');
    if (number == "0" && controllers.empty()) return read_unified(line);
    const std::string mount = root_ + "/" + std::string(controllers);
    while (!controllers.empty()) {
      const std::string_view controller = take(controllers, ',');
      if (controller == "memory") read_memory(mount, line);
      if (controller == "cpu") read_cpu(mount, line);
    }
  }

  void read_unified(std::string_view path) {
    for (const std::string& folder : folders(root_, path)) {
      note(memory_, number_in(content_of(folder + "/memory.max")));
      const std::string text = content_of(folder + "/cpu.max");  // "max 100000", "150000 100000"
      std::string_view rest = text;
      const auto quota = number_in(take(rest, ' '));
      note_cpu(quota, number_in(rest));
    }
  }

  void read_memory(const std::string& mount, std::string_view path) {
    for (const std::string& folder : folders(mount, path)) {
      note(memory_, number_in(content_of(folder + "/memory.limit_in_bytes")));
    }
  }
  void read_cpu(const std::string& mount, std::string_view path) {
    for (const std::string& folder : folders(mount, path)) {
      note_cpu(number_in(content_of(folder + "/cpu.cfs_quota_us")),
               number_in(content_of(folder + "/cpu.cfs_period_us")));
    }
  }

  void note_cpu(std::optional<std::int64_t> quota, std::optional<std::int64_t> period) {
    constexpr std::int64_t kLargest = INT64_MAX / 1000;
    if (quota && period && *quota > 0 && *quota<kLargest&& * period> 0) {
      note(cpus_, std::max<std::int64_t>(1, *quota * 1000 / *period));
    }
  }
  static void note(std::optional<std::int64_t>& least, std::optional<std::int64_t> value) {
    if (value && *value > 0 && (!least || *value < *least)) least = value;
  }

  std::string root_;
  std::optional<std::int64_t> memory_;
  std::optional<std::int64_t> cpus_;
};

std::int64_t memory_of_machine() noexcept {
  struct sysinfo info {};
  if (::sysinfo(&info) < 0) return INT64_MAX;
  return static_cast<std::int64_t>(info.totalram) * static_cast<std::int64_t>(info.mem_unit);
}

std::int64_t cpus_of_machine() noexcept {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN));
}

}  // namespace

ContainerLimits container_limits(const std::string& root) {
  ContainerLimits out{memory_of_machine(), cpus_of_machine() * 1000};
  Limits(root).lower(out.memory, out.cpus);
  return out;
}

}  // namespace pintle::sys
