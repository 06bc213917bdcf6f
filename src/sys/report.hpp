// sys/report.hpp - what a child reports to PID 1 before it ends, over a pipe that exec(3) closes:
// the step of its start that failed, with errno, or one line of text from a built-in. It has a
// fixed size and is not trusted: its sender may be a child that parses data from the network.
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
  verify,  ///< a failure of it is exit code 82
  execute,
};

/// A phrase for messages: "cannot <phrase>".
const char* describe(StartStep step) noexcept;

/// How a program was verified: what was executed is a copy that nobody can change, or a file on a
/// read-only mount; or the file was verified and then executed by its path.
enum class Proof : std::uint8_t { none, sealed_copy, read_only_mount, before_start };

/// "sealed copy"; "" for none.
const char* describe(Proof proof) noexcept;

struct Report {
  static constexpr std::size_t kCapacity = 256;  ///< a file's name fits

  bool has_failure = false;
  bool was_skipped = false;  ///< the child's condition did not hold
  bool is_note = false;      ///< the line says what the child was doing when it was killed
  bool is_choice = false;    ///< the line is the name of what the child has chosen to work on
  bool is_answer = false;    ///< the child's condition holds, so it goes on
  bool is_last = false;      ///< of a choice: there was nothing left
  bool is_proof = false;     ///< the program is verified, and is executed now
  bool was_cut = false;      ///< the line was longer than `text`
  StartStep step = StartStep::execute;
  Proof proof = Proof::none;
  int code = 0;                        ///< the errno of the step
  std::array<char, kCapacity> text{};  ///< the subject or a built-in's line, then the detail
  std::uint16_t size = 0;
  std::uint16_t detail_size = 0;  ///< of the detail, which follows the line in `text`

  std::string_view line() const noexcept {
    return {text.data(), size < kCapacity ? size : kCapacity};
  }
  /// Why the step failed, if errno alone would be misleading; otherwise "".
  std::string_view detail() const noexcept {
    const std::size_t room = kCapacity - line().size();
    return {text.data() + line().size(), detail_size < room ? detail_size : room};
  }
  /// Each cuts its text to the free room; set the line first.
  void set_line(std::string_view line) noexcept;
  void set_detail(std::string_view detail) noexcept;
};

struct ReportPipe {
  Fd reader;  ///< non-blocking
  Fd writer;
};

/// Both ends are close-on-exec. Errors: those of pipe2(2).
Result<ReportPipe> make_report_pipe() noexcept;

/// Writes `report` atomically: by one write(2) of less than PIPE_BUF bytes.
void send_report(int writer, const Report& report) noexcept;

/// Makes send_note() write to this descriptor.
void send_notes_to(int writer) noexcept;

/// Reports what the child is doing. PID 1 uses the last note, or the report if one follows. Only
/// the first 11 notes are sent, so that the pipe has room for the report. Does nothing outside of a
/// child's task.
void send_note(std::string_view line) noexcept;

/// The descriptor of the writing end in pintle-fetch.
inline constexpr int kInheritedReport = 3;

/// True if `fd` is a pipe, so it may be the writing end of a report.
bool is_report(int fd) noexcept;

/// What the child has reported before it began its work.
struct Beginning {
  bool condition_holds = false;
  std::optional<Report> choice{};
  Proof proof = Proof::none;  ///< of the program that was started
};

/// Reads the last available report; nullopt if there is none, or if one has a wrong size or step.
/// What came before the child's work goes into `beginning`.
std::optional<Report> read_report(int reader, Beginning* beginning = nullptr) noexcept;

}  // namespace pintle::sys
