#include "sys/spawn.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <exception>

#include "base/exit_codes.hpp"
#include "sys/activation.hpp"
#include "sys/descriptors.hpp"
#include "sys/process.hpp"
#include "sys/program_file.hpp"
#include "sys/signals.hpp"

namespace pintle::sys {
namespace {

constexpr int kCannotStart = 127;

/// Everything that the child needs, prepared before the fork, because the child must not allocate.
struct Prepared {
  const Child& child;
  std::vector<char*> argv;
  std::vector<char*> environment;
  int report;
  int descriptor_bound;  ///< computed before the child's own limits are set
};

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (const std::string& word : words) out.push_back(const_cast<char*>(word.c_str()));
  out.push_back(nullptr);
  return out;
}

[[noreturn]] void end_with(const Prepared& prepared, const Report& report) noexcept {
  const bool is_unproven = report.step == StartStep::verify;
  send_report(prepared.report, report);
  ::_exit(is_unproven ? static_cast<int>(ExitCode::unproven) : kCannotStart);
}

[[noreturn]] void fail(const Prepared& prepared, StartStep step, std::string_view what,
                       std::string_view detail = {}) noexcept {
  Report report;
  report.has_failure = true;
  report.step = step;
  report.code = errno;
  report.set_line(what);
  report.set_detail(detail);
  end_with(prepared, report);
}

/// Reports why execve(2) failed. The child itself looks at the file, with its own permissions: PID
/// 1 opens no file that a hook names, since that could block.
[[noreturn]] void cannot_execute(const Prepared& prepared, const std::string& path) noexcept {
  const int code = errno;
  std::string why;
  try {
    why = explain_exec_failure(path, code);
  } catch (const std::exception&) {
    why.clear();  // no memory: report errno alone
  }
  errno = code;
  fail(prepared, StartStep::execute, path, why);
}

void place(const Prepared& prepared) noexcept {
  const Placement placement = prepared.child.placement;
  if (placement == Placement::session) {
    if (::setsid() < 0) fail(prepared, StartStep::session, {});
    return;
  }
  if (placement == Placement::member) return;
  if (::setpgid(0, 0) < 0) fail(prepared, StartStep::session, {});
  // SIGTTOU is blocked, so this also works in the background. The child starts even if the terminal
  // does not exist any more or belongs to another session.
  if (placement == Placement::foreground) (void)::tcsetpgrp(STDIN_FILENO, ::getpid());
}

void limit(const Prepared& prepared) noexcept {
  for (const Limit& one : prepared.child.limits) {
    if (::setrlimit(one.resource, &one.value) < 0) fail(prepared, StartStep::limits, one.name);
  }
  if (prepared.child.umask) ::umask(*prepared.child.umask);
  if (!prepared.child.nice) return;
  if (::setpriority(PRIO_PROCESS, 0, *prepared.child.nice) < 0) {
    fail(prepared, StartStep::limits, "the nice value");
  }
}

void step_down_child(const Prepared& prepared) noexcept {
  const auto result = step_down(prepared.child.step_down);
  if (result) return;
  errno = result.error().code;
  fail(prepared, StartStep::privileges, result.error().what);
}

void enter_directory(const Prepared& prepared) noexcept {
  const std::string& directory = prepared.child.directory;
  if (directory.empty() || ::chdir(directory.c_str()) == 0) return;
  fail(prepared, StartStep::directory, directory);
}

void open_input(const Prepared& prepared) noexcept {
  const std::string& path = prepared.child.input_file;
  // The open of a FIFO would wait for a writer, and signals are blocked here.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  const bool is_there =
      file >= 0 && ::fcntl(file, F_SETFL, 0) == 0 && ::dup2(file, STDIN_FILENO) >= 0;
  if (!is_there) fail(prepared, StartStep::standard_input, path);
}

/// The text waits in a pipe, so nobody has to write while the program reads.
void offer_text(const Prepared& prepared) noexcept {
  const std::string& text = *prepared.child.input_text;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) fail(prepared, StartStep::standard_input, {});
  const bool is_whole =
      ::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
  // The kernel makes pipes small for users that have many, pipe(7).
  if (!is_whole) fail(prepared, StartStep::standard_input, "a pipe has no room for the text");
  const bool is_there = ::fcntl(ends[0], F_SETFL, 0) == 0 && ::dup2(ends[0], STDIN_FILENO) >= 0;
  if (!is_there) fail(prepared, StartStep::standard_input, {});
}

void detach_input(const Prepared& prepared) noexcept {
  if (prepared.child.inherit_input) return;
  if (prepared.child.input >= 0) {
    if (::dup2(prepared.child.input, STDIN_FILENO) < 0) {
      fail(prepared, StartStep::standard_input, {});
    }
    return;
  }
  if (!prepared.child.input_file.empty()) return open_input(prepared);
  if (prepared.child.input_text) return offer_text(prepared);
  int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  // In an image without /dev, an O_PATH descriptor serves as well: reading from it fails.
  if (null < 0) null = ::open("/", O_PATH | O_CLOEXEC);
  if (null < 0 || ::dup2(null, STDIN_FILENO) < 0) fail(prepared, StartStep::standard_input, {});
}

/// Executes what was verified. Returns only if that failed, with errno set.
void execute_verified(const Prepared& prepared, const Executable& one) {
  const std::vector<char*> own = one.argv.empty() ? prepared.argv : pointers(one.argv);
  Report report{.is_proof = true, .proof = one.proof};
  send_report(prepared.report, report);
  if (one.file) return execute_file(one.file, own.data(), prepared.environment.data());
  ::execve(one.path.c_str(), own.data(), prepared.environment.data());
}

/// Verifies and executes one candidate. Returns only if execve(2) would fail, or has failed, with
/// errno set.
void try_verified(const Prepared& prepared, const std::string& path) noexcept {
  Report why;
  try {
    for (const bool may_copy : {true, false}) {
      const auto one = prepared.child.verification(path, prepared.child.argv, may_copy, why);
      if (!one && why.step == StartStep::verify) end_with(prepared, why);
      if (!one) break;
      execute_verified(prepared, *one);
      why.code = errno;
      const bool is_refused_copy = why.code == EACCES && one->proof == Proof::sealed_copy;
      if (!is_refused_copy) break;
    }
  } catch (const std::exception& error) {
    errno = ENOMEM;
    fail(prepared, StartStep::verify, path, error.what());
  }
  errno = why.code;
}

[[noreturn]] void execute(const Prepared& prepared) noexcept {
  const std::string* refused = nullptr;
  for (const std::string& path : prepared.child.candidates) {
    if (prepared.child.verification) {
      try_verified(prepared, path);
    } else {
      ::execve(path.c_str(), prepared.argv.data(), prepared.environment.data());
    }
    if (errno == ENOENT || errno == ENOTDIR) continue;
    refused = &path;
    if (errno != EACCES) cannot_execute(prepared, path);
  }
  errno = refused == nullptr ? ENOENT : EACCES;
  cannot_execute(prepared, refused == nullptr ? prepared.child.argv.front() : *refused);
}

[[noreturn]] void run_task(const Prepared& prepared) noexcept {
  Report report;
  int code = 1;
  send_notes_to(prepared.report);
  try {
    code = prepared.child.task(report);
  } catch (const std::exception& error) {
    report.set_line(error.what());
  }
  send_report(prepared.report, report);
  ::_exit(code);
}

/// Makes the report's descriptor survive exec(3).
void hand_on_report(const Prepared& prepared) noexcept {
  if (!prepared.child.inherits_report) return;
  const bool is_there = prepared.report == kInheritedReport;
  const int done =
      is_there ? ::fcntl(kInheritedReport, F_SETFD, 0) : ::dup2(prepared.report, kInheritedReport);
  if (done < 0) fail(prepared, StartStep::descriptors, {});
}

/// Writes the child's pid, which is known only here, into the room for it in the environment.
void hand_on_sockets(const Prepared& prepared) noexcept {
  if (prepared.child.passed == 0) return;
  hand_on_passed(prepared.child.passed);
  constexpr std::string_view kName = "LISTEN_PID=";
  for (char* const variable : prepared.environment) {
    if (variable == nullptr || !std::string_view(variable).starts_with(kName)) continue;
    char* const end = variable + std::string_view(variable).size();
    *std::to_chars(variable + kName.size(), end, ::getpid()).ptr = '\0';
  }
}

void direct_output(const Prepared& prepared) noexcept {
  const Outlet& outlet = prepared.child.outlet;
  if (outlet.descriptor >= 0) {
    const bool done = ::dup2(outlet.descriptor, STDOUT_FILENO) >= 0 &&
                      (!outlet.with_errors || ::dup2(outlet.descriptor, STDERR_FILENO) >= 0);
    if (!done) fail(prepared, StartStep::standard_output, {});
  }
  if (outlet.errors >= 0 && ::dup2(outlet.errors, STDERR_FILENO) < 0) {
    fail(prepared, StartStep::standard_output, {});
  }
  if (!prepared.child.discard_output) return;
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null < 0 || ::dup2(null, STDOUT_FILENO) < 0 || ::dup2(null, STDERR_FILENO) < 0) {
    fail(prepared, StartStep::standard_output, {});
  }
}

void skip_unless_condition_holds(const Prepared& prepared) noexcept {
  if (!prepared.child.condition) return;
  Report answer;
  try {
    answer.is_answer = prepared.child.condition();
  } catch (const std::exception& error) {
    errno = ENOMEM;
    fail(prepared, StartStep::execute, error.what());
  }
  answer.was_skipped = !answer.is_answer;
  send_report(prepared.report, answer);
  if (answer.was_skipped) ::_exit(0);
}

[[noreturn]] void work(const Prepared& prepared) noexcept {
  if (prepared.child.task) run_task(prepared);
  hand_on_report(prepared);
  hand_on_sockets(prepared);
  execute(prepared);
}

/// Tells PID 1 what it has chosen, and does it.
[[noreturn]] void choose(const Prepared& prepared) noexcept {
  try {
    Report report;
    const auto chosen = prepared.child.choice(report);
    report.is_choice = true;
    report.is_last = !chosen;
    send_report(prepared.report, report);
    if (!chosen) ::_exit(0);
    const bool has_input = !chosen->input_file.empty() || chosen->input_text;
    const Prepared next{*chosen, pointers(chosen->argv), pointers(chosen->environment),
                        prepared.report, prepared.descriptor_bound};
    if (has_input) detach_input(next);
    work(next);
  } catch (const std::exception& error) {
    errno = ENOMEM;
    fail(prepared, StartStep::execute, error.what());
  }
}

/// The child's side of the fork: ends with exec or _exit, and never returns or throws.
[[noreturn]] void become(const Prepared& prepared) noexcept {
  forbid_tracing();  // also if PID 1 allows it for itself
  place(prepared);
  limit(prepared);
  step_down_child(prepared);
  enter_directory(prepared);
  detach_input(prepared);
  direct_output(prepared);
  close_descriptors(kFirstPassed + prepared.child.passed, prepared.report,
                    prepared.descriptor_bound);
  set_mask({});
  skip_unless_condition_holds(prepared);
  if (prepared.child.choice) choose(prepared);
  work(prepared);
}

}  // namespace

Result<Spawned> spawn(const Child& child) {
  ReportPipe pipe = TRY(make_report_pipe());
  const Prepared prepared{child, pointers(child.argv), pointers(child.environment),
                          pipe.writer.get(), descriptor_bound()};
  const pid_t pid = ::fork();
  if (pid < 0) return Error::from_errno("fork");
  if (pid == 0) become(prepared);
  // Parent and child both set the group, so that it exists whichever runs first. After the child's
  // exec this call fails, but then the child has set it.
  if (child.placement == Placement::group || child.placement == Placement::foreground) {
    (void)::setpgid(pid, pid);
  }
  return Spawned{pid, std::move(pipe.reader)};
}

}  // namespace pintle::sys
