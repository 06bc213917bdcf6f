// init/output_log.hpp - what hooks with `"output": "log"` write, line by line. A pipe stays open
// for as long as somebody can write to it: what a hook left in the background may go on.
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

/// Bytes to lines. What is longer than a log line takes comes in pieces; no piece ends within what
/// `held` knows.
class LineSplitter {
 public:
  static constexpr std::size_t kLongest = 3000;
  /// `is_partial`: more of the line follows.
  using Each = std::function<void(std::string_view line, bool is_partial)>;

  /// How many bytes at the end of a piece may be the beginning of what must not be parted.
  using Held = std::function<std::size_t(std::string_view piece)>;

  void feed(std::string_view bytes, const Each& each, const Held& held = {});
  /// The last line, if nothing ended it.
  void finish(const Each& each);

 private:
  std::string rest_;
};

class OutputLog {
 public:
  static constexpr std::size_t kMost = 64;  ///< pipes at a time
  using Write = std::function<void(const Hook& hook, std::string_view line, bool is_partial)>;

  explicit OutputLog(Write write, LineSplitter::Held held = {})
      : write_(std::move(write)), held_(std::move(held)) {
    sources_.reserve(kMost);
  }
  OutputLog(const OutputLog&) = delete;
  OutputLog& operator=(const OutputLog&) = delete;
  ~OutputLog() = default;

  /// A new pipe for a run of `hook` as `uid`; the end to write to. Errors: too many; pipe2(2).
  Result<Fd> open(const Hook& hook, uid_t uid);

  /// Fills in what to poll; returns how many.
  std::size_t watch(std::span<pollfd, kMost> out) const noexcept;

  /// Reads a limited amount of each pipe: who writes without end must not keep PID 1 from reaping.
  void read();

  /// Reads all that `hook` has written so far: its end is news that comes after it.
  void drain(const Hook& hook);

 private:
  struct Source {
    const Hook* hook;
    Fd reader;
    LineSplitter lines{};
  };

  bool read_from(Source& source);
  void forget_closed();

  Write write_;
  LineSplitter::Held held_;
  std::vector<Source> sources_;
};

}  // namespace pintle::init
