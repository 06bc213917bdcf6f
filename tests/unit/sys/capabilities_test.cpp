#include "sys/capabilities.hpp"

#include <doctest/doctest.h>
#include <linux/capability.h>

#include <string>

using namespace pintle::sys;

TEST_SUITE("sys/capabilities") {
  TEST_CASE("a capability is known by its name, with or without CAP_, in any case") {
    struct Row {
      const char* name;
      unsigned number;
    };
    const Row rows[] = {{"CHOWN", CAP_CHOWN},
                        {"CAP_CHOWN", CAP_CHOWN},
                        {"cap_net_bind_service", CAP_NET_BIND_SERVICE},
                        {"Kill", CAP_KILL},
                        {"SETUID", CAP_SETUID},
                        {"SETGID", CAP_SETGID},
                        {"SETPCAP", CAP_SETPCAP},
                        {"SYS_ADMIN", CAP_SYS_ADMIN},
                        {"SYSLOG", CAP_SYSLOG},
                        {"CHECKPOINT_RESTORE", 40}};
    for (const Row& row : rows) {
      CAPTURE(row.name);
      CHECK(capability_number(row.name) == row.number);
    }
  }

  TEST_CASE("anything else is no capability") {
    for (const char* name : {"", "CAP_", "CAP", "ALL", "0", "CHOWNX", "CHOW", "CAP_CAP_CHOWN",
                             "CHOWN ", "NET BIND SERVICE"}) {
      CAPTURE(name);
      CHECK_FALSE(capability_number(name));
    }
  }

  TEST_CASE("every name is read back as its number") {
    for (unsigned number = 0; number <= 40; ++number) {
      const std::string name = capability_names(CapabilitySet{}.add(number));
      CAPTURE(name);
      CHECK(capability_number(name) == number);
    }
    CHECK(capability_names({}).empty());
    CHECK(capability_names(CapabilitySet{}.add(CAP_SETUID).add(CAP_KILL)) == "KILL, SETUID");
    CHECK(capability_names(CapabilitySet{}.add(63)).empty());
  }

  TEST_CASE("a set holds what was added, from the first bit to the last") {
    CapabilitySet set;
    CHECK(set.empty());
    set.add(0).add(63);
    CHECK(set.has(0));
    CHECK(set.has(63));
    CHECK_FALSE(set.has(1));
    CHECK(set == CapabilitySet{0x8000000000000001U});
  }

  TEST_CASE("the capabilities of a file are those of its attribute, of version 1, 2 or 3") {
    using namespace std::string_view_literals;
    const auto two = "\1\0\0\2\0\4\0\0\0\0\0\0\1\0\0\0\0\0\0\0"sv;
    CHECK(file_capabilities(two) == CapabilitySet{}.add(CAP_NET_BIND_SERVICE).add(32));
    CHECK(file_capabilities(two.substr(0, 12)) == CapabilitySet{}.add(CAP_NET_BIND_SERVICE));
    CHECK(file_capabilities(std::string(two) + "abcd") == file_capabilities(two));
    CHECK(file_capabilities(two.substr(0, 11)).empty());
    CHECK(file_capabilities("").empty());
    CHECK_FALSE(are_effective(""));
    CHECK(are_effective(two));
    CHECK_FALSE(are_effective("\0\0\0\2\0\4\0\0\0\0\0\0\1\0\0\0\0\0\0\0"sv));
  }

  TEST_CASE("what this process holds can be read, and set to the same") {
    const auto held = held_capabilities();
    REQUIRE(held);
    CHECK((held->effective.bits & ~held->permitted.bits) == 0);
    CHECK(set_capabilities(*held));
  }
}
