#include "sys/as_owner.hpp"

#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace pintle::sys {
namespace {

/// setfsuid(2) reports no error; with an invalid uid it returns the present one.
bool take(uid_t uid) noexcept {
  (void)::setfsuid(uid);
  return static_cast<uid_t>(::setfsuid(static_cast<uid_t>(-1))) == uid;
}

}  // namespace

AsOwner::AsOwner(int owned) noexcept {
  const int reason = errno;
  struct stat info {};
  if (::geteuid() == 0 && ::fstat(owned, &info) == 0 && info.st_uid != 0) {
    was_dumpable_ = ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
    (void)::prctl(PR_GET_PDEATHSIG, &death_signal_, 0, 0, 0);
    is_other_ = take(info.st_uid);
  }
  errno = reason;
}

AsOwner::~AsOwner() {
  if (!is_other_) return;
  const int reason = errno;
  // The effective uid is 0, so this needs no capability. A process that stayed another user would
  // make files that belong to that user.
  if (!take(0)) std::abort();
  // The change has reset both.
  (void)::prctl(PR_SET_DUMPABLE, was_dumpable_ == 1 ? 1 : 0, 0, 0, 0);
  (void)::prctl(PR_SET_PDEATHSIG, death_signal_, 0, 0, 0);
  errno = reason;
}

}  // namespace pintle::sys
