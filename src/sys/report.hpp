// sys/report.hpp - what a child tells PID 1 before it ends, over a pipe that exec(3) closes: the
// step of its start that failed, with errno, or one line of text from a built-in. Fixed size and
// untrusted: a child that parses a network's answer writes it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace pintle::sys {

/// The steps between fork(2) and the program, in their order.
enum class StartStep : std::uint8_t {
  session,
  limits,
  privileges,
  directory,
  standard_input,
  standard_output,
  descriptors,
  execute,
};

/// A phrase for each: "cannot <phrase>".
const char* describe(StartStep step) noexcept;

struct Report {
  static constexpr std::size_t kCapacity = 240;

  bool has_failure = false;
  bool was_skipped = false;  ///< the child's condition did not hold
  bool is_note = false;      ///< the line is what it was doing: for one that is ended meanwhile
  bool was_cut = false;      ///< the line was longer than `text`
  StartStep step = StartStep::execute;
  int code = 0;                        ///< errno of the step
  std::array<char, kCapacity> text{};  ///< what failed, or a built-in's line, and the detail
  std::uint16_t size = 0;
  std::uint16_t detail_size = 0;  ///< of what stands behind the line in `text`

  std::string_view line() const noexcept {
    return {text.data(), size < kCapacity ? size : kCapacity};
  }
  /// Why the step failed, where errno alone misleads; "" if there is nothing to add.
  std::string_view detail() const noexcept {
    const std::size_t room = kCapacity - line().size();
    return {text.data() + line().size(), detail_size < room ? detail_size : room};
  }
  /// Each takes what there is room for; the line comes first.
  void set_line(std::string_view line) noexcept;
  void set_detail(std::string_view detail) noexcept;
};

struct ReportPipe {
  Fd reader;  ///< non-blocking
  Fd writer;
};

/// Both ends are close-on-exec. Errors: those of pipe2(2).
Result<ReportPipe> make_report_pipe() noexcept;

/// Writes `report`; one write(2) of less than PIPE_BUF bytes, so all or nothing.
void send_report(int writer, const Report& report) noexcept;

/// From here on send_note() writes to that descriptor.
void send_notes_to(int writer) noexcept;

/// Says what is being done; the last one counts, and a report after it counts instead. Only the
/// first dozen is sent, so that the pipe has room for the report. Nothing where no child's task
/// runs.
void send_note(std::string_view line) noexcept;

/// Where a program of our own finds the writing end, pintle-fetch.
inline constexpr int kInheritedReport = 3;

/// True if `fd` is a pipe, which the report's end is.
bool is_report(int fd) noexcept;

/// Reads the last report that is there; nullopt when there is none, or when one's size or step is
/// not ours.
std::optional<Report> read_report(int reader) noexcept;

}  // namespace pintle::sys
