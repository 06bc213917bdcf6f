// Each call of each life fails once, in each way that it can; and from there on for ever, where a
// container can stay like that. PINTLE_SYSTEM_CASE=LIFE/CALL/ERRNO, with numbers as a failed case
// has them (and /ever behind it), shows one case, and LIFE alone the calls of a life;
// PINTLE_SYSTEM_CASE=all leaves no call out, and counts. LIFE/memory/NUMBER is the allocation that
// fails.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "errors.hpp"
#include "rules.hpp"

using namespace seam;
using pintle::take_field;

namespace {

constexpr std::size_t kMostShown = 10;

/// Of so many cases one is run: with address sanitizer a fork takes twenty times as long.
#if defined(__SANITIZE_ADDRESS__)
constexpr long kOfCases = 8;
#elif defined(__has_feature)
constexpr long kOfCases = __has_feature(address_sanitizer) ? 8 : 1;
#else
constexpr long kOfCases = 1;
#endif

struct Tally {
  long cases = 0;
  std::size_t wrong = 0;
};

void try_failure(const Start& start, const Failure& failure, const Outcome& good, Tally& tally) {
  if (++tally.cases % kOfCases != 0) return;
  const Outcome out = start.run(failure);
  const std::string wrong = wrong_with(start.life(), failure, good, out);
  if (wrong.empty() || ++tally.wrong > kMostShown) return;
  FAIL_CHECK(name_of_case(start.life(), failure, out), ": ", wrong, "\n", text_of(out));
}

/// A call that one place makes again and again tells little new: of a life its first and its last,
/// and of all lives the first few.
class Choice {
 public:
  explicit Choice(bool all) : all_(all) {}

  bool takes(const std::vector<CallRecord>& calls, std::size_t index) {
    constexpr int kOfAPlace = 7;
    if (all_) return true;
    const auto is_same = [&](const CallRecord& one) { return one.site == calls[index].site; };
    const auto here = calls.begin() + static_cast<std::ptrdiff_t>(index);
    const bool is_between =
        std::any_of(calls.begin(), here, is_same) && std::any_of(here + 1, calls.end(), is_same);
    return !is_between && ++taken_[{calls[index].site, calls[index].name}] <= kOfAPlace;
  }

 private:
  bool all_;
  std::map<std::pair<const void*, std::string_view>, int> taken_;
};

void try_calls(const Start& start, Choice& choice, Tally& tally) {
  const Outcome good = start.run();
  for (std::size_t i = 0; i < good.calls.size(); ++i) {
    const auto errors = errors_of(good.calls[i].name);
    if (errors.empty() || !choice.takes(good.calls, i)) continue;
    for (const Error& error : errors) {
      const int index = static_cast<int>(i);
      try_failure(start, {.index = index, .error = error.number}, good, tally);
      if (!error.lasts) continue;
      try_failure(start, {.index = index, .error = error.number, .for_ever = true}, good, tally);
    }
  }
}

/// Of PID 1's own operator new. That memory stays away is tried from some of them on.
void try_allocations(const Start& start, bool all, Tally& tally) {
  constexpr long kStep = 4;
  const Outcome good = start.run();
  for (long number = 0; number < good.allocations; ++number) {
    try_failure(start, {.allocation = number}, good, tally);
    if (!all && number % kStep != 0) continue;
    try_failure(start, {.for_ever = true, .allocation = number}, good, tally);
  }
}

/// PINTLE_SYSTEM_CASE; "" if it is not set.
std::string_view wanted_case() {
  const char* const text = std::getenv("PINTLE_SYSTEM_CASE");
  return text == nullptr ? "" : text;
}

/// The numbers of a case.
std::vector<int> numbers_of(std::string_view text) {
  std::vector<int> numbers;
  while (!text.empty()) numbers.push_back(std::atoi(std::string(take_field(text, '/')).c_str()));
  return numbers;
}

void show_calls(const Outcome& out) {
  for (std::size_t i = 0; i < out.calls.size(); ++i) {
    fmt::print("{} {} {}\n", i, out.calls[i].pid, out.calls[i].name);
  }
  fmt::print("{}\n", text_of(out));
}

void show_case(std::string_view text) {
  const auto numbers = numbers_of(text);
  const Start start(lives().at(static_cast<std::size_t>(numbers.at(0))));
  if (numbers.size() < 3) return show_calls(start.run());
  Failure failure{.index = numbers[1], .error = numbers[2], .for_ever = numbers.size() > 3};
  if (text.find("memory") != std::string_view::npos) {
    failure = {.for_ever = failure.for_ever, .allocation = failure.error};
  }
  const Outcome out = start.run(failure);
  fmt::print("{}: {}\n{}\n", name_of_case(start.life(), failure, out),
             wrong_with(start.life(), failure, start.run(), out), text_of(out));
}

}  // namespace

TEST_SUITE("system/failures") {
  TEST_CASE("whatever call fails, PID 1 ends in time, loses nothing, and says what went wrong") {
    const std::string_view wanted = wanted_case();
    const bool all = wanted == "all";
    if (!wanted.empty() && !all) return show_case(wanted);
    Tally tally;
    Choice choice(all);
    for (const Life& life : lives()) {
      const long before = tally.cases;
      try_calls(Start(life), choice, tally);
      if (all) fmt::print("{}: {} cases\n", life.name, tally.cases - before);
    }
    CHECK(tally.wrong == 0);
    CHECK(tally.cases > 1000);
  }

  TEST_CASE("whichever allocation fails, PID 1 goes on") {
    const std::string_view wanted = wanted_case();
    const bool all = wanted == "all";
    if (!wanted.empty() && !all) return;
    Tally tally;
    for (const Life& life : lives()) try_allocations(Start(life), all, tally);
    if (all) fmt::print("{} cases without memory\n", tally.cases);
    CHECK(tally.wrong == 0);
    CHECK(tally.cases > 1000);
  }
}
