#include "sys/workers.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>
#include <vector>

#include "sys/cgroup.hpp"
#include "sys/process.hpp"

namespace pintle::sys {
namespace {

constexpr std::size_t kMostProcesses = 16;

/// The child's side of the fork: never returns.
[[noreturn]] void run_child(pid_t parent, std::size_t number,
                            const std::function<void(std::size_t)>& work) noexcept {
  (void)::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (::getppid() != parent) ::_exit(1);
  try {
    work(number);
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

/// How the child ended; "" if it did all of its work.
std::string why_not_done(pid_t child) {
  int status = 0;
  pid_t got = 0;
  do got = ::waitpid(child, &status, 0);
  while (got < 0 && errno == EINTR);
  if (got == child && WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (got == child && WIFSIGNALED(status)) {
    return fmt::format("a process that did a part of the work was killed by signal {}",
                       WTERMSIG(status));
  }
  return "a process that did a part of the work failed";
}

}  // namespace

Result<SharedMemory> SharedMemory::make(std::size_t size) noexcept {
  void* const data =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) return Error::from_errno("allocate shared memory");
  return SharedMemory(data, size);
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}

SharedMemory::~SharedMemory() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

std::size_t useful_processes() {
  const auto limit =
      static_cast<std::size_t>(std::max<std::int64_t>((container_limits().cpus + 999) / 1000, 1));
  return std::min({available_cpus(), limit, kMostProcesses});
}

Result<void> in_processes(std::size_t count, const std::function<void(std::size_t)>& work) {
  const pid_t parent = ::getpid();
  std::vector<pid_t> children;
  children.reserve(count);
  for (std::size_t number = 1; number < count; ++number) {
    const pid_t child = ::fork();
    if (child == 0) run_child(parent, number, work);
    if (child < 0) break;
    children.push_back(child);
  }
  work(0);
  std::string why;
  for (const pid_t child : children) {
    std::string one = why_not_done(child);
    if (why.empty()) why = std::move(one);
  }
  if (why.empty()) return {};
  return Error{"continue", 0, {}, std::move(why)};
}

}  // namespace pintle::sys
