#include "control/status.hpp"

#include <doctest/doctest.h>

#include <string>

#include "sys/local_socket.hpp"

using namespace pintle;
using namespace pintle::control;
using namespace std::chrono_literals;
using config::Question;
using hooks::Verdict;

namespace {

Status example() {
  Status status{.phase = hooks::Phase::running,
                .main_pid = 7,
                .main_time = 90s,
                .orphans = 12,
                .dropped_lines = 3};
  status.checks = {{"live", Question::liveness, Verdict::healthy, "status 200", 9, 4},
                   {"up", Question::startup, Verdict::unhealthy, "tab\there\nand \x1b line"},
                   {"new", Question::readiness, Verdict::unknown, ""}};
  status.hooks = {{"step", "a", "done", 1, 0, 1500ms},
                  {"job", "j", "waiting", 4, 137, 2s, 2, 30s, 1790000000, 1780000000, 70s, 3},
                  {"step", "b", "waiting"}};
  status.main_proof = "before its start";
  status.hooks[0].proof = "sealed copy";
  return status;
}

const std::string kHead = "pintle-status 1\n";

}  // namespace

TEST_SUITE("control/status") {
  TEST_CASE("a status is read as it was written") {
    const auto read = decode(encode(example()));
    REQUIRE(read);
    CHECK(read->phase == hooks::Phase::running);
    CHECK(read->main_pid == 7);
    CHECK(read->main_time == 90s);
    CHECK(read->orphans == 12);
    CHECK(read->dropped_lines == 3);
    REQUIRE(read->checks.size() == 3);
    CHECK(read->checks[0].id == "live");
    CHECK(read->checks[0].question == Question::liveness);
    CHECK(read->checks[0].verdict == Verdict::healthy);
    CHECK(read->checks[0].message == "status 200");
    CHECK(read->checks[0].runs == 9);
    CHECK(read->checks[0].failures == 4);
    CHECK(read->checks[1].message == "tab\\there\\nand \\x1b line");
    CHECK(read->checks[2].verdict == Verdict::unknown);
    REQUIRE(read->hooks.size() == 3);
    CHECK(read->main_proof == "before its start");
    CHECK(read->hooks[0].proof == "sealed copy");
    CHECK(read->hooks[1].proof.empty());
    CHECK(read->hooks[0].kind == "step");
    CHECK(read->hooks[0].last_code == 0);
    CHECK(read->hooks[0].last_time == 1500ms);
    CHECK_FALSE(read->hooks[0].next_in);
    CHECK(read->hooks[1].runs == 4);
    CHECK(read->hooks[1].next_in == 30s);
    CHECK(read->hooks[1].began_before == 70s);
    CHECK(read->hooks[1].streak == 3);
    CHECK(read->hooks[1].failures == 2);
    CHECK(read->hooks[1].next_at == 1790000000);
    CHECK(read->hooks[1].succeeded_at == 1780000000);
    CHECK_FALSE(read->hooks[0].next_at);
    CHECK_FALSE(read->hooks[0].succeeded_at);
    CHECK_FALSE(read->hooks[2].began_before);
    CHECK_FALSE(read->hooks[2].last_code);
  }

  TEST_CASE("every phase, question and verdict comes through") {
    for (const auto phase : {hooks::Phase::init, hooks::Phase::running, hooks::Phase::stopping}) {
      CHECK(decode(encode({.phase = phase}))->phase == phase);
    }
    for (const auto question : {Question::readiness, Question::liveness, Question::startup}) {
      for (const auto verdict : {Verdict::unknown, Verdict::healthy, Verdict::unhealthy}) {
        Status status;
        status.checks = {{"c", question, verdict, ""}};
        const auto read = decode(encode(status));
        CHECK(read->checks.at(0).question == question);
        CHECK(read->checks.at(0).verdict == verdict);
      }
    }
  }

  TEST_CASE("what main says and where requests go comes through") {
    for (const auto says : {hooks::MainSays::nothing, hooks::MainSays::starting,
                            hooks::MainSays::ready, hooks::MainSays::stopping}) {
      Status status;
      status.main_says = says;
      status.main_text = "serving 3 clients";
      status.requests = "0001f";
      const auto read = decode(encode(status));
      CHECK(read->main_says == says);
      CHECK(read->main_text == "serving 3 clients");
      CHECK(read->requests == "0001f");
    }
  }

  TEST_CASE("what is not ours is refused") {
    for (const char* message : {"", "\n", "pintle-status 2\nend\n", "pintle-status\nend\n",
                                " pintle-status 1\nend\n", "HTTP/1.1 200 OK\r\n\r\n", "{}"}) {
      CAPTURE(message);
      CHECK_FALSE(decode(message));
    }
    CHECK_FALSE(decode(std::string(100'000, '\0')));
  }

  TEST_CASE("a message that was cut anywhere is refused, so no check is overlooked") {
    const std::string whole = encode(example());
    for (std::size_t size = 0; size < whole.size(); ++size)
      CHECK_FALSE(decode(whole.substr(0, size)));
  }

  TEST_CASE("garbage within a message harms nobody, and no verdict becomes better by it") {
    const auto read = decode(kHead +
                             "phase\t99\nphase\t-7\nmain\tx\ty\ncounters\t\t\ncheck\n"
                             "check\tc\t77\t77\tm\tmore\tand more\ncheck\tn\t-1\t-1\n"
                             "check\tw\tx\ty\nunknown\t1\n\t\t\t\njob\nstep\ta\tdone\t"
                             "99999999999999999999\t99999999999999999999\t1\t-5\nend\n");
    REQUIRE(read);
    CHECK(read->phase == hooks::Phase::init);
    CHECK(read->main_pid == 0);
    REQUIRE(read->checks.size() == 4);
    CHECK(read->checks[1].verdict == Verdict::unhealthy);
    for (const auto& check : read->checks) CHECK(check.verdict != Verdict::healthy);
    CHECK(read->hooks.size() == 2);
  }

  TEST_CASE("hooks that do not fit are left out, checks are not") {
    Status status = example();
    for (int i = 0; i < 5000; ++i) status.hooks.push_back({"job", std::string(64, 'j'), "waiting"});
    const std::string message = encode(status);
    CHECK(message.size() <= sys::kLargestMessage);
    const auto read = decode(message);
    REQUIRE(read);
    CHECK(read->checks.size() == 3);
    CHECK(read->hooks.size() > 1000);
    CHECK(read->hooks.size() < 5000);
  }

  TEST_CASE("checks that do not fit make no answer at all") {
    Status status;
    for (int i = 0; i < 5000; ++i) {
      status.checks.push_back({std::string(64, 'c'), Question::liveness, Verdict::healthy, "m"});
    }
    const std::string message = encode(status);
    CHECK(message.size() <= sys::kLargestMessage);
    CHECK_FALSE(decode(message));
  }

  TEST_CASE("what could not be locked arrives, and has names") {
    for (const bool bounding : {false, true}) {
      for (const bool bits : {false, true}) {
        Status status;
        status.unlocked = {bounding, bits};
        const auto read = decode(encode(status));
        REQUIRE(read);
        CHECK(read->unlocked.bounding_set == bounding);
        CHECK(read->unlocked.securebits == bits);
        CHECK(names_of(read->unlocked).size() == std::size_t{bounding} + std::size_t{bits});
      }
    }
  }

  TEST_CASE("a job is asked of the outermost pintle that has it, else of a nested one") {
    Status status;
    status.hooks = {{"job", "own", "waiting"}};
    Status nested;
    nested.hooks = {{"job", "own", "waiting"}, {"job", "its", "waiting"}};
    status.nested = {nested};
    CHECK(&pintle_with("job", "own", status) == &status);
    CHECK(&pintle_with("job", "its", status) == &status.nested.front());
    CHECK(&pintle_with("job", "none", status) == &status);
    CHECK(&pintle_with("step", "its", status) == &status);
  }

  TEST_CASE("the container is healthy if all its pintles are") {
    Status status;
    status.phase = hooks::Phase::running;
    Status nested = status;
    nested.checks = {{"c", config::Question::readiness, hooks::Verdict::unhealthy, "why"}};
    CHECK(answer(hooks::Asked::health, status).healthy);
    status.nested = {nested};
    CHECK_FALSE(answer(hooks::Asked::health, status).healthy);
    CHECK(answer(hooks::Asked::live, status).healthy);
    status.nested = {Status{.silence = "it does not answer"}};
    CHECK(answer(hooks::Asked::live, status).reason == "it does not answer");
  }
}
