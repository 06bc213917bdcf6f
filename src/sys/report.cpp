#include "sys/report.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace pintle::sys {

const char* describe(StartStep step) noexcept {
  switch (step) {
    case StartStep::session:
      return "start a session";
    case StartStep::limits:
      return "set limits";
    case StartStep::privileges:
      return "step down";
    case StartStep::directory:
      return "enter the working directory";
    case StartStep::standard_input:
      return "redirect the input";
    case StartStep::standard_output:
      return "redirect the output";
    case StartStep::descriptors:
      return "close descriptors";
    case StartStep::verify:
      return "verify";
    case StartStep::execute:
      return "execute";
  }
  return "start";
}

const char* describe(Proof proof) noexcept {
  switch (proof) {
    case Proof::none:
      break;
    case Proof::sealed_copy:
      return "sealed copy";
    case Proof::read_only_mount:
      return "read-only mount";
    case Proof::before_start:
      return "before its start";
  }
  return "";
}

void Report::set_line(std::string_view line) noexcept {
  was_cut = line.size() > kCapacity;
  size = static_cast<std::uint16_t>(std::min(line.size(), kCapacity));
  std::copy_n(line.data(), size, text.data());
  detail_size = 0;
}

void Report::set_detail(std::string_view detail) noexcept {
  detail_size = static_cast<std::uint16_t>(std::min(detail.size(), kCapacity - size));
  std::copy_n(detail.data(), detail_size, text.data() + size);
}

Result<ReportPipe> make_report_pipe() noexcept {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) return Error::from_errno("make a pipe");
  return ReportPipe{Fd(ends[0]), Fd(ends[1])};
}

void send_report(int writer, const Report& report) noexcept {
  ssize_t sent = 0;
  do sent = ::write(writer, &report, sizeof report);
  while (sent < 0 && errno == EINTR);
}

namespace {

constexpr int kMostNotes = 11;  // a note is about 280 bytes; the smallest pipe holds 4 KiB
int notes_writer = -1;          // set in the process of a child's task
int notes_left = kMostNotes;

/// nullopt if there is no report, or no valid one.
std::optional<Report> read_one(int reader) noexcept {
  Report report;
  ssize_t got = 0;
  do got = ::read(reader, &report, sizeof report);
  while (got < 0 && errno == EINTR);
  const bool whole = got == static_cast<ssize_t>(sizeof report);
  // The bools are checked as bytes: reading one that is neither 0 nor 1 is undefined behaviour.
  bool are_flags = true;
  for (const bool* flag :
       {&report.has_failure, &report.was_skipped, &report.is_note, &report.is_choice,
        &report.is_answer, &report.is_last, &report.is_proof, &report.was_cut}) {
    unsigned char byte = 0;
    std::memcpy(&byte, flag, 1);
    are_flags = are_flags && byte <= 1;
  }
  const bool is_valid = report.step <= StartStep::execute && report.proof <= Proof::before_start;
  if (!whole || !are_flags || !is_valid) return std::nullopt;
  return report;
}

}  // namespace

void send_notes_to(int writer) noexcept {
  notes_writer = writer;
}

void send_note(std::string_view line) noexcept {
  if (notes_writer < 0 || notes_left == 0) return;
  --notes_left;
  Report report{.is_note = true};
  report.set_line(line);
  send_report(notes_writer, report);
}

bool is_report(int fd) noexcept {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && S_ISFIFO(info.st_mode);
}

std::optional<Report> read_report(int reader, Beginning* beginning) noexcept {
  std::optional<Report> last;
  Beginning begun;
  // Before the report there are at most an answer, a choice, a proof and kMostNotes notes, so more
  // packets than that are ignored.
  for (int left = kMostNotes + 4; left > 0; --left) {
    const auto next = read_one(reader);
    if (!next) break;
    if (next->proof != Proof::none) begun.proof = next->proof;
    if (next->is_proof) continue;
    if (next->is_answer) {
      begun.condition_holds = true;
    } else if (next->is_choice) {
      begun.choice = next;
    } else {
      last = next;
      if (!next->is_note) break;
    }
  }
  if (beginning != nullptr) *beginning = begun;
  return last;
}

}  // namespace pintle::sys
