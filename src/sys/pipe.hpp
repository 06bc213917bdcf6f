// sys/pipe.hpp - a pipe for the output of a child.
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

/// Reads what is available, at most the size of `buffer`. 0: all writers have closed the pipe;
/// nullopt: there is nothing to read now. Errors: those of read(2) except EAGAIN and EINTR.
Result<std::optional<std::size_t>> read_some(const Fd& reader, std::span<char> buffer) noexcept;

}  // namespace pintle::sys
