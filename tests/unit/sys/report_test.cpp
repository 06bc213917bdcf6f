#include "sys/report.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

using namespace pintle;
using namespace pintle::sys;

namespace {

std::optional<Report> through_a_pipe(const std::vector<char>& bytes) {
  const auto pipe = make_report_pipe();
  REQUIRE(pipe);
  REQUIRE(::write(pipe->writer.get(), bytes.data(), bytes.size()) ==
          static_cast<ssize_t>(bytes.size()));
  return read_report(pipe->reader.get());
}

std::vector<char> bytes_of(const Report& report) {
  std::vector<char> bytes(sizeof report);
  std::memcpy(bytes.data(), &report, sizeof report);
  return bytes;
}

}  // namespace

TEST_SUITE("sys/report") {
  TEST_CASE("of notes the last one counts, and a report counts instead") {
    const auto pipe = make_report_pipe();
    REQUIRE(pipe);
    const auto line_now = [&] {
      const auto got = read_report(pipe->reader.get());
      return got ? std::string(got->is_note ? "note " : "") + std::string(got->line()) : "none";
    };
    CHECK(line_now() == "none");
    send_note("to nobody");
    CHECK(line_now() == "none");
    send_notes_to(pipe->writer.get());
    send_note("one");
    send_note("two");
    CHECK(line_now() == "note two");
    send_note("three");
    Report report;
    report.set_line("done");
    send_report(pipe->writer.get(), report);
    CHECK(line_now() == "done");
    for (int i = 0; i < 1000; ++i) send_note("more");
    send_report(pipe->writer.get(), report);
    CHECK(line_now() == "done");
    send_notes_to(-1);
  }

  TEST_CASE("a pipe has room for all that comes before the report") {
    const auto pipe = make_report_pipe();
    REQUIRE(pipe);
    REQUIRE(::fcntl(pipe->writer.get(), F_SETPIPE_SZ, 4096) == 4096);
    send_report(pipe->writer.get(), {.is_answer = true});
    Report choice{.is_choice = true};
    choice.set_line(std::string(255, 'f'));
    send_report(pipe->writer.get(), choice);
    send_notes_to(pipe->writer.get());
    for (int i = 0; i < 1000; ++i) send_note(std::string(255, 'n'));
    send_notes_to(-1);
    Report report;
    report.set_line("done");
    send_report(pipe->writer.get(), report);
    Beginning beginning;
    const auto got = read_report(pipe->reader.get(), &beginning);
    REQUIRE(got);
    CHECK(got->line() == "done");
    CHECK(beginning.condition_holds);
    REQUIRE(beginning.choice);
    CHECK(beginning.choice->line() == std::string(255, 'f'));
  }

  TEST_CASE("a line that was cut is marked, and a detail takes what room is left") {
    Report report;
    report.set_line("/app/run");
    report.set_detail("its interpreter is missing");
    CHECK(report.line() == "/app/run");
    CHECK(report.detail() == "its interpreter is missing");
    CHECK_FALSE(report.was_cut);
    report.set_line(std::string(Report::kCapacity, 'x'));
    report.set_detail("no room");
    CHECK_FALSE(report.was_cut);
    CHECK(report.detail().empty());
    report.set_line(std::string(Report::kCapacity + 1, 'x'));
    CHECK(report.was_cut);
    report.detail_size = 60'000;  // a child may write anything
    CHECK(report.detail().empty());
  }

  TEST_CASE("a report comes out of the pipe as it was sent") {
    struct Row {
      bool has_failure;
      StartStep step;
      int code;
      std::string line;
    };
    const Row rows[] = {{true, StartStep::execute, ENOENT, "/no/such"},
                        {true, StartStep::session, EPERM, ""},
                        {true, StartStep::privileges, EPERM, "set the uid"},
                        {false, StartStep::execute, 0, "status 200"},
                        {false, StartStep::execute, 0, std::string("a\0b\n", 4)},
                        {false, StartStep::execute, 0, std::string(Report::kCapacity, 'x')}};
    for (const Row& row : rows) {
      const auto pipe = make_report_pipe();
      REQUIRE(pipe);
      Report sent{.has_failure = row.has_failure, .step = row.step, .code = row.code};
      sent.set_line(row.line);
      send_report(pipe->writer.get(), sent);
      const auto got = read_report(pipe->reader.get());
      REQUIRE(got);
      CHECK(got->has_failure == row.has_failure);
      CHECK(got->step == row.step);
      CHECK(got->code == row.code);
      CHECK(got->line() == row.line);
    }
  }

  TEST_CASE("a line that is too long is cut") {
    Report report;
    report.set_line(std::string(1000, 'y'));
    CHECK(report.line() == std::string(Report::kCapacity, 'y'));
  }

  TEST_CASE("an empty pipe has no report, open or closed, and nobody waits for one") {
    auto pipe = make_report_pipe();
    REQUIRE(pipe);
    CHECK_FALSE(read_report(pipe->reader.get()));
    pipe->writer.reset();
    CHECK_FALSE(read_report(pipe->reader.get()));
    CHECK_FALSE(read_report(-1));
  }

  TEST_CASE("what a hostile child writes is no report") {
    CHECK_FALSE(through_a_pipe({'x'}));
    CHECK_FALSE(through_a_pipe(std::vector<char>(sizeof(Report) - 1, '\0')));
    CHECK_FALSE(through_a_pipe(std::vector<char>(sizeof(Report), '\xff')));
    std::vector<char> wrong_step = bytes_of({});
    wrong_step[offsetof(Report, step)] = static_cast<char>(StartStep::execute) + 1;
    CHECK_FALSE(through_a_pipe(wrong_step));
    std::vector<char> no_boolean = bytes_of({});
    no_boolean[offsetof(Report, has_failure)] = 2;
    CHECK_FALSE(through_a_pipe(no_boolean));
    std::vector<char> wrong_proof = bytes_of({});
    wrong_proof[offsetof(Report, proof)] = static_cast<char>(Proof::before_start) + 1;
    CHECK_FALSE(through_a_pipe(wrong_proof));
  }

  TEST_CASE("a size beyond the text is not believed") {
    std::vector<char> bytes = bytes_of({});
    bytes[offsetof(Report, size)] = '\xff';
    bytes[offsetof(Report, size) + 1] = '\xff';
    const auto got = through_a_pipe(bytes);
    REQUIRE(got);
    CHECK(got->line().size() == Report::kCapacity);
  }

  TEST_CASE("how a program was verified is read with the report that follows, or without one") {
    for (const bool is_followed : {false, true}) {
      const auto pipe = make_report_pipe();
      REQUIRE(pipe);
      send_report(pipe->writer.get(), {.is_answer = true});
      send_report(pipe->writer.get(), {.is_proof = true, .proof = Proof::sealed_copy});
      if (is_followed) send_report(pipe->writer.get(), {.has_failure = true});
      Beginning beginning;
      const auto report = read_report(pipe->reader.get(), &beginning);
      CHECK(report.has_value() == is_followed);
      CHECK(beginning.proof == Proof::sealed_copy);
      CHECK(beginning.condition_holds);
    }
  }

  TEST_CASE("every step has a phrase of its own") {
    std::vector<std::string> phrases;
    for (int step = 0; step <= static_cast<int>(StartStep::execute); ++step) {
      const std::string phrase = describe(static_cast<StartStep>(step));
      CHECK(phrase != "start");
      for (const std::string& other : phrases) CHECK(phrase != other);
      phrases.push_back(phrase);
    }
  }
}
