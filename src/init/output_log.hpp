// init/output_log.hpp - logs the output of hooks with `"output": "log"`, line by line. A pipe stays
// open as long as a process can write to it: a hook may have left processes in the background.
#pragma once

#include <poll.h>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "init/hook.hpp"

namespace pintle::init {

/// Splits bytes into lines. A line that is too long for a log line is split into pieces, but not
/// within a text that `held` recognizes.
class LineSplitter {
 public:
  static constexpr std::size_t kLongest = 3000;
  /// Called for each piece; `is_partial`: more of the line follows.
  using Each = std::function<void(std::string_view line, bool is_partial)>;

  /// Returns how many bytes at the end of a piece may be the beginning of a text that must not be
  /// split.
  using Held = std::function<std::size_t(std::string_view piece)>;

  void feed(std::string_view bytes, const Each& each, const Held& held = {});
  /// Calls `each` for the last line if it has no line end.
  void finish(const Each& each);

 private:
  std::string rest_;
  bool was_held_ = false;  ///< the last piece ended before what `held` recognized
};

class OutputLog {
 public:
  static constexpr std::size_t kMost = 64;  ///< open pipes at the same time
  using Write = std::function<void(const Hook& hook, std::string_view line, bool is_partial)>;
  /// How many bytes a variable may have.
  static constexpr std::size_t kMostOfVariable = 65'536;

  explicit OutputLog(Write write, LineSplitter::Held held = {})
      : write_(std::move(write)), held_(std::move(held)) {
    sources_.reserve(kMost);
  }
  OutputLog(const OutputLog&) = delete;
  OutputLog& operator=(const OutputLog&) = delete;
  ~OutputLog() = default;

  /// Opens a pipe for a run of `hook` as `uid`; returns the writing end. What comes is written line
  /// by line, or appended to `output` if there is one, up to one byte more than a variable may
  /// have. Errors: too many pipes; those of pipe2(2).
  Result<Fd> open(const Hook& hook, uid_t uid, std::string* output = nullptr);

  /// The run of `hook` has ended: a process that it left behind gets SIGPIPE if it still writes.
  void end_variable(const Hook& hook) noexcept;

  /// Writes the descriptors to poll to `out`; returns how many.
  std::size_t watch(std::span<pollfd, kMost> out) const noexcept;

  /// Reads a limited amount from each pipe: a hook that writes without end must not keep PID 1 from
  /// reaping.
  void read();

  /// Reads everything that `hook` has written so far, so that it is logged before the hook's end.
  void drain(const Hook& hook);

 private:
  struct Source {
    const Hook* hook;
    Fd reader;
    LineSplitter lines{};
    std::string* output = nullptr;  ///< what comes is appended to it
  };

  bool read_from(Source& source);
  void forget_closed();

  Write write_;
  LineSplitter::Held held_;
  std::vector<Source> sources_;
};

}  // namespace pintle::init
