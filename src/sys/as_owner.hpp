// sys/as_owner.hpp - opens as its owner what root may not open without CAP_DAC_OVERRIDE
// (docs/adr/0041).
#pragma once

#include <sys/types.h>

#include <cerrno>

namespace pintle::sys {

/// As long as it lives, the file-system uid of this process, setfsuid(2), is that of another user:
/// the owner of the file behind `owned` (O_PATH is enough). Changes nothing if this process is not
/// root or has no CAP_SETUID, or if root is the owner. Keeps errno, "dumpable" and the parent death
/// signal.
class AsOwner {
 public:
  explicit AsOwner(int owned) noexcept;
  AsOwner(const AsOwner&) = delete;
  AsOwner& operator=(const AsOwner&) = delete;
  ~AsOwner();

  bool is_other() const noexcept { return is_other_; }

 private:
  bool is_other_ = false;
  int was_dumpable_ = 0;
  int death_signal_ = 0;
};

/// What `call` returns, which makes one system call: a negative number, and errno, if that fails.
/// If it fails with EACCES, makes the call once more with AsOwner(owned). For calls that create
/// nothing: a new file would belong to that user.
template <class Call>
long or_as_owner(int owned, Call call) {
  const long result = call();
  if (result >= 0 || errno != EACCES) return result;
  const AsOwner owner(owned);
  return owner.is_other() ? call() : result;
}

}  // namespace pintle::sys
