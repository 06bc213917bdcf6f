#include "base/result.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <memory>
#include <string>

#include "base/fd.hpp"

using namespace pintle;

namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error{"halve", 0, std::to_string(number), "it is odd"};
  return number / 2;
}

Result<int> quarter(int number) {
  return half(TRY(half(number)));
}

Result<void> only_even(int number) {
  (void)TRY(half(number));
  return {};
}

}  // namespace

TEST_SUITE("base/result") {
  TEST_CASE("a message says what failed, on what, and why") {
    struct Row {
      Error error;
      const char* message;
    };
    const Row rows[] = {
        {{"open", ENOENT, "/etc/x", {}}, "cannot open '/etc/x': No such file or directory"},
        {{"fork", EAGAIN, {}, {}}, "cannot fork: Resource temporarily unavailable"},
        {{"use user", 0, "bob", "no such user"}, "cannot use user 'bob': no such user"},
        {{"read", EFBIG, "f", "it is larger than 5 bytes"},
         "cannot read 'f': it is larger than 5 bytes"},
        {{"go on", 0, {}, {}}, "cannot go on"},
        {{"connect to", ENOENT, "app:hunter2@db", {}},
         "cannot connect to 'db': No such file or directory"},
    };
    for (const Row& row : rows) CHECK(row.error.message() == row.message);
  }

  TEST_CASE("errno becomes an error at once") {
    errno = EACCES;
    const Error error = Error::from_errno("enter");
    errno = 0;
    CHECK(error.code == EACCES);
    CHECK(error.message() == "cannot enter: Permission denied");
  }

  TEST_CASE("TRY goes on with a value and returns an error") {
    CHECK(*quarter(12) == 3);
    CHECK(quarter(6).error().message() == "cannot halve '3': it is odd");
    CHECK(quarter(1).error().subject == "1");
    CHECK(only_even(2));
    CHECK_FALSE(only_even(3));
  }

  TEST_CASE("a value that can only be moved comes out whole") {
    Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
    REQUIRE(result);
    const std::unique_ptr<int> taken = *std::move(result);
    CHECK(*taken == 7);
  }

  TEST_CASE("an owned descriptor is closed once, whoever holds it last") {
    Fd first(::dup(0));
    const int number = first.get();
    REQUIRE(first);
    {
      const Fd second(std::move(first));
      CHECK(second.get() == number);
    }
    CHECK(::close(number) == -1);
    CHECK(errno == EBADF);
  }
}
