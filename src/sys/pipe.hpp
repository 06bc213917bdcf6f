// sys/pipe.hpp - a pipe from a child's output to us.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

struct Pipe {
  Fd reader;  ///< non-blocking
  Fd writer;
};

/// Both ends are close-on-exec and belong to `uid`, so that a child of that user can open
/// /dev/stdout, proc(5). Errors: those of pipe2(2).
Result<Pipe> make_pipe(uid_t uid) noexcept;

/// Reads what is there, at most the size of `buffer`. 0: all writers are gone; nullopt: there is
/// nothing now. Errors: those of read(2) but EAGAIN and EINTR.
Result<std::optional<std::size_t>> read_some(const Fd& reader, std::span<char> buffer) noexcept;

}  // namespace pintle::sys
