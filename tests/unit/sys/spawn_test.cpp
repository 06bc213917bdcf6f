#include "sys/spawn.hpp"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <string>

#include "sys/reap.hpp"
#include "sys/signals.hpp"

using namespace pintle;
using namespace pintle::sys;

namespace {

struct Outcome {
  Exit exit;
  std::optional<Report> report;
};

/// Waits until `pid` is dead, without collecting it.
void await(pid_t pid) {
  siginfo_t info{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) == 0);
}

Outcome run(const Child& child) {
  const SignalMask before = set_mask(SignalMask::all());
  auto spawned = spawn(child);
  set_mask(before);
  REQUIRE(spawned);
  await(spawned->pid);
  const auto dead = look_for_dead();
  REQUIRE(dead);
  REQUIRE(dead->one);
  CHECK(dead->one->pid == spawned->pid);
  CHECK(collect(spawned->pid));
  return {*dead->one, read_report(spawned->report.get())};
}

Child program(const std::string& path, std::vector<std::string> words = {}) {
  Child child;
  child.argv = {path};
  child.argv.insert(child.argv.end(), words.begin(), words.end());
  child.candidates = {path};
  return child;
}

Child task(Task what) {
  Child child;
  child.task = std::move(what);
  return child;
}

}  // namespace

TEST_SUITE("sys/spawn") {
  TEST_CASE("a program's exit code is collected, and it leaves no report") {
    CHECK(run(program("/bin/true")).exit.code == 0);
    const Outcome failed = run(program("/bin/false"));
    CHECK(failed.exit.code == 1);
    CHECK(failed.exit.signal == 0);
    CHECK_FALSE(failed.report);
  }

  TEST_CASE("every exit code of a task comes back, and every signal as 128 + N") {
    for (const int code : {0, 1, 42, 127, 128, 137, 255}) {
      CHECK(run(task([code](Report&) { return code; })).exit.code == code);
    }
    for (const int signal : {SIGKILL, SIGTERM, SIGSEGV, SIGABRT, 40, 64}) {
      const Outcome outcome = run(task([signal](Report&) {
        const rlimit none{};
        ::setrlimit(RLIMIT_CORE, &none);
        reset_dispositions();  // a sanitizer's handlers, for one
        ::kill(::getpid(), signal);
        return 0;
      }));
      CHECK(outcome.exit.code == 128 + signal);
      CHECK(outcome.exit.signal == signal);
    }
  }

  TEST_CASE("a program that cannot be executed is reported with its path and errno") {
    struct Row {
      std::vector<std::string> candidates;
      int code;
      const char* line;
    };
    const Row rows[] = {
        {{"/no/such/a", "/no/such/b"}, ENOENT, "word"},
        {{}, ENOENT, "word"},
        {{"/etc/passwd/x"}, ENOENT, "word"},
        {{"/etc/passwd"}, EACCES, "/etc/passwd"},
        {{"/etc/passwd", "/no/such"}, EACCES, "/etc/passwd"},
        {{"/"}, EACCES, "/"},
    };
    for (const Row& row : rows) {
      Child child = program("word");
      child.candidates = row.candidates;
      const Outcome outcome = run(child);
      CHECK(outcome.exit.code == 127);
      REQUIRE(outcome.report);
      CHECK(outcome.report->has_failure);
      CHECK(outcome.report->step == StartStep::execute);
      CHECK(outcome.report->code == row.code);
      CHECK(outcome.report->line() == row.line);
    }
  }

  TEST_CASE("a candidate that may not be executed does not hide a later one") {
    Child child = program("true");
    child.candidates = {"/no/such", "/etc/passwd", "/bin/true"};
    CHECK(run(child).exit.code == 0);
  }

  TEST_CASE("a directory that is not there is the step that failed") {
    Child child = program("/bin/true");
    child.directory = "/no/such";
    const Outcome outcome = run(child);
    REQUIRE(outcome.report);
    CHECK(outcome.report->step == StartStep::directory);
    CHECK(outcome.report->code == ENOENT);
    CHECK(outcome.report->line() == "/no/such");
  }

  TEST_CASE("a task's line comes back, also when it throws") {
    const Outcome said = run(task([](Report& report) {
      report.set_line("status 200");
      return 0;
    }));
    REQUIRE(said.report);
    CHECK_FALSE(said.report->has_failure);
    CHECK(said.report->line() == "status 200");
    const Outcome thrown = run(task([](Report&) -> int { throw std::runtime_error("no memory"); }));
    CHECK(thrown.exit.code == 1);
    REQUIRE(thrown.report);
    CHECK(thrown.report->line() == "no memory");
  }

  TEST_CASE("a hook has a session of its own, no input, an empty mask and nothing open") {
    const int inherited = ::dup(0);
    const Outcome outcome = run(task([inherited](Report&) {
      char byte = 0;
      if (::getsid(0) != ::getpid()) return 1;
      if (::read(0, &byte, 1) != 0) return 2;
      if (set_mask({}).bits != 0) return 3;
      if (::close(inherited) == 0) return 4;
      return 0;
    }));
    ::close(inherited);
    CHECK(outcome.exit.code == 0);
  }

  TEST_CASE("main has a group of its own in our session") {
    Child child = task([session = ::getsid(0)](Report&) {
      return ::getpgrp() == ::getpid() && ::getsid(0) == session ? 0 : 1;
    });
    child.placement = Placement::group;
    CHECK(run(child).exit.code == 0);
  }

  TEST_CASE("limits, umask, nice value and directory are those that were asked for") {
    Child child = task([](Report&) {
      rlimit files{};
      ::getrlimit(RLIMIT_NOFILE, &files);
      if (files.rlim_cur != 32) return 1;
      if (::umask(0) != 027) return 2;
      if (::getpriority(PRIO_PROCESS, 0) != 19) return 3;
      struct stat here {};
      struct stat root {};
      if (::stat(".", &here) < 0 || ::stat("/", &root) < 0) return 4;
      return here.st_ino == root.st_ino ? 0 : 5;
    });
    child.limits = {{"nofile", RLIMIT_NOFILE, {32, 32}}};
    child.umask = 027;
    child.nice = 19;
    child.directory = "/";
    CHECK(run(child).exit.code == 0);
  }

  TEST_CASE("the environment is the given one and no other") {
    Child child = program("/bin/sh", {"-c", "test \"$A\" = b && test -z \"$HOME\""});
    child.environment = {"A=b"};
    CHECK(run(child).exit.code == 0);
  }

  TEST_CASE("root steps down for good" * doctest::skip(::geteuid() != 0)) {
    const Identity nobody{65534, 65533, {65533, 7}, "nobody", "/"};
    Child child = task([](Report&) {
      if (::getuid() != 65534 || ::geteuid() != 65534 || ::getgid() != 65533) return 1;
      gid_t groups[8] = {};
      if (::getgroups(8, groups) != 2) return 2;
      const auto held = held_capabilities();
      if (!held || !held->permitted.empty()) return 3;
      return ::setuid(0) == 0 ? 4 : 0;
    });
    child.step_down.identity = &nobody;
    CHECK(run(child).exit.code == 0);
  }

  TEST_CASE("a program of our own is handed the report") {
    const Fd file(::memfd_create("told", 0));
    Report told;
    told.set_line("proven");
    REQUIRE(::write(file.get(), &told, sizeof told) == static_cast<ssize_t>(sizeof told));
    REQUIRE(::lseek(file.get(), 0, SEEK_SET) == 0);
    Child child = program("/bin/sh", {"-c", "cat >&3; exit 82"});
    child.input = file.get();
    child.inherits_report = true;
    const Outcome outcome = run(child);
    CHECK(outcome.exit.code == 82);
    REQUIRE(outcome.report);
    CHECK(outcome.report->line() == "proven");
  }

  TEST_CASE("a task that has stepped down cannot be traced" * doctest::skip(::geteuid() != 0)) {
    const Identity nobody{65534, 65533, {65533}, "nobody", "/"};
    Child child = task([](Report&) { return ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0); });
    child.step_down.identity = &nobody;
    CHECK(run(child).exit.code == 0);
  }
}

TEST_SUITE("sys/reap") {
  TEST_CASE("without a child there is none, and collecting nobody is no error") {
    const auto dead = look_for_dead();
    REQUIRE(dead);
    CHECK_FALSE(dead->one);
    CHECK_FALSE(dead->has_children);
    CHECK(collect(1));
    CHECK_FALSE(stopped_by(1));
  }

  TEST_CASE("a living child is seen, a stopped one is known, a dead one stays until collected") {
    const auto spawned = spawn(task([](Report&) { return ::pause(); }));
    REQUIRE(spawned);
    auto dead = look_for_dead();
    REQUIRE(dead);
    CHECK_FALSE(dead->one);
    CHECK(dead->has_children);
    ::kill(spawned->pid, SIGSTOP);
    siginfo_t info{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(spawned->pid), &info, WSTOPPED | WNOWAIT) == 0);
    CHECK(stopped_by(spawned->pid) == SIGSTOP);
    CHECK_FALSE(stopped_by(spawned->pid));
    ::kill(spawned->pid, SIGKILL);
    await(spawned->pid);
    for (int look = 0; look < 2; ++look) {
      dead = look_for_dead();
      REQUIRE(dead);
      REQUIRE(dead->one);
      CHECK(dead->one->code == 128 + SIGKILL);
    }
    CHECK(collect(spawned->pid));
    CHECK_FALSE(look_for_dead()->one);
  }

  TEST_CASE("many children that die at once are all collected, each with its code") {
    constexpr int kMany = 50;
    std::vector<Spawned> all;  // their reports stay open: who writes to a closed one gets SIGPIPE
    for (int code = 0; code < kMany; ++code) {
      auto spawned = spawn(task([code](Report&) { return code; }));
      REQUIRE(spawned);
      all.push_back(*std::move(spawned));
    }
    int sum = 0;
    int seen = 0;
    while (seen < kMany) {
      siginfo_t info{};
      REQUIRE(::waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == 0);
      const auto dead = look_for_dead();
      REQUIRE(dead->one);
      sum += dead->one->code;
      ++seen;
      CHECK(collect(dead->one->pid));
    }
    CHECK(sum == kMany * (kMany - 1) / 2);
    CHECK_FALSE(look_for_dead()->has_children);
  }
}
