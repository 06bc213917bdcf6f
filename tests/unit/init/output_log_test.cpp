#include "init/output_log.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <string>
#include <vector>

using namespace pintle;
using namespace pintle::init;

namespace {

using Lines = std::vector<std::string>;

struct Splitter {
  LineSplitter splitter{};
  Lines lines{};
  int partial = 0;  ///< lines of which more follows
  LineSplitter::Each each = [this](std::string_view line, bool is_partial) {
    lines.emplace_back(line);
    if (is_partial) ++partial;
  };

  void feed(std::string_view bytes) { splitter.feed(bytes, each); }
};

void write(const Fd& to, std::string_view text) {
  REQUIRE(::write(to.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

}  // namespace

TEST_SUITE("init/output_log") {
  TEST_CASE("a line ends where its newline is, however the bytes come") {
    Splitter one;
    one.feed("ab");
    one.feed("c\n\nd\r\ne");
    CHECK(one.lines == Lines{"abc", "", "d"});
    one.splitter.finish(one.each);
    CHECK(one.lines.back() == "e");
    one.splitter.finish(one.each);
    CHECK(one.lines.size() == 4);
  }

  TEST_CASE("a line of the longest length is one, a longer one comes in pieces") {
    const std::string longest(LineSplitter::kLongest, 'x');
    Splitter one;
    one.feed(longest + "\nend\n");
    CHECK(one.lines == Lines{longest, "end"});
    Splitter two;
    two.feed(longest + "y\n");
    CHECK(two.lines == Lines{longest, "y"});
    CHECK(one.partial == 0);
    CHECK(two.partial == 1);
  }

  TEST_CASE("no piece ends within what is held, however long that is") {
    const std::string word(LineSplitter::kLongest + 5, 's');
    Lines lines;
    LineSplitter splitter;
    const auto each = [&](std::string_view line, bool) { lines.emplace_back(line); };
    const auto held = [](std::string_view piece) {
      return piece.size() - (piece.find_last_not_of('s') + 1);
    };
    splitter.feed("begin " + word + " end\n", each, held);
    CHECK(lines == Lines{"begin ", word + " end"});
  }

  TEST_CASE("pipes are read until the last writer is gone, and their last line counts") {
    Lines lines;
    const Hook one;
    const Hook two;
    OutputLog log([&](const Hook& hook, std::string_view line, bool) {
      lines.push_back((&hook == &one ? "1" : "2") + std::string(line));
    });
    auto first = log.open(one, ::getuid());
    auto second = log.open(two, ::getuid());
    REQUIRE(first);
    REQUIRE(second);
    write(*first, "a\nb");
    write(*second, "c\n");
    log.drain(two);
    CHECK(lines == Lines{"2c"});
    log.read();
    CHECK(lines == Lines{"2c", "1a"});
    first->reset();
    log.read();
    CHECK(lines == Lines{"2c", "1a", "1b"});
    std::array<pollfd, OutputLog::kMost> sources{};
    CHECK(log.watch(sources) == 1);
  }

  TEST_CASE("one pipe too many is refused, and closed ones do not count") {
    const Hook hook;
    OutputLog log([](const Hook&, std::string_view, bool) {});
    std::vector<Fd> writers;
    for (std::size_t i = 0; i < OutputLog::kMost; ++i) {
      auto opened = log.open(hook, ::getuid());
      REQUIRE(opened);
      writers.push_back(*std::move(opened));
    }
    CHECK_FALSE(log.open(hook, ::getuid()));
    writers.clear();
    log.read();
    CHECK(log.open(hook, ::getuid()));
  }
}
