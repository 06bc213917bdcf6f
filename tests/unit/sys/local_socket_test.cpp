#include "sys/local_socket.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>
#include <string>

using namespace pintle;
using namespace pintle::sys;
using namespace std::chrono_literals;

namespace {

std::string fresh_name() {
  static int count = 0;
  return "pintle-unit-test/" + std::to_string(::getpid()) + "/" + std::to_string(++count);
}

}  // namespace

TEST_SUITE("sys/local_socket") {
  TEST_CASE("a message arrives whole, from a peer that the kernel names") {
    const std::string name = fresh_name();
    const auto listener = listen_local(name);
    REQUIRE(listener);
    CHECK_FALSE(*accept_local(*listener));
    const auto client = connect_local(name, 1s);
    REQUIRE(client);
    auto served = accept_local(*listener);
    REQUIRE(served);
    REQUIRE(*served);
    const auto peer = peer_of(**served);
    REQUIRE(peer);
    CHECK(peer->pid == ::getpid());
    CHECK(peer->uid == ::geteuid());
    for (const std::size_t size : {std::size_t{1}, std::size_t{4096}, kLargestMessage}) {
      const std::string message(size, 'm');
      REQUIRE(send_message(**served, message));
      CHECK(*receive_message(*client, 1s) == message);
    }
  }

  TEST_CASE("a name is taken once, and free again when its owner is gone") {
    const std::string name = fresh_name();
    {
      const auto listener = listen_local(name);
      REQUIRE(listener);
      CHECK(listen_local(name).error().code == EADDRINUSE);
      CHECK(connect_local(name + "0", 1s).error().code == ECONNREFUSED);
    }
    CHECK(connect_local(name, 1s).error().code == ECONNREFUSED);
    CHECK(listen_local(name));
  }

  TEST_CASE("nobody waits for a message that does not come, or for one that is not read") {
    const std::string name = fresh_name();
    const auto listener = listen_local(name);
    const auto client = connect_local(name, 1s);
    REQUIRE(client);
    CHECK(receive_message(*client, 1ms).error().code == ETIMEDOUT);
    const auto served = accept_local(*listener);
    const std::string message(kLargestMessage, 'm');
    bool refused = false;
    for (int i = 0; i < 100 && !refused; ++i) refused = !send_message(**served, message);
    CHECK(refused);
  }

  TEST_CASE("a peer that is gone is an empty message or an error, never a signal") {
    const std::string name = fresh_name();
    const auto listener = listen_local(name);
    auto client = connect_local(name, 1s);
    auto served = accept_local(*listener);
    REQUIRE(served);
    client->reset();
    CHECK_FALSE(send_message(**served, "hello"));
    const auto end = receive_message(**served, 1s);
    CHECK((!end || end->empty()));
  }
}
