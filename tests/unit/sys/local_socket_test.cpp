#include "sys/local_socket.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

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

  TEST_CASE("a request comes with its sender, and is answered") {
    const auto box = listen_for_requests();
    REQUIRE(box);
    CHECK_FALSE(*receive_packet(box->socket));
    const auto client = send_request(box->name, "now\tit", 1s);
    REQUIRE(client);
    auto packet = receive_packet(box->socket);
    REQUIRE(packet);
    REQUIRE(*packet);
    CHECK((*packet)->text == "now\tit");
    CHECK((*packet)->from.pid == ::getpid());
    CHECK((*packet)->from.uid == ::geteuid());
    REQUIRE(answer_packet(box->socket, (*packet)->answer_to, "done"));
    CHECK(*receive_message(*client, 1s) == "done");
  }

  TEST_CASE("a request that is too large is none, and the next one is taken") {
    const auto box = listen_for_requests();
    REQUIRE(box);
    REQUIRE(send_request(box->name, std::string(kLargestRequestPacket + 1, 'a'), 1s));
    REQUIRE(send_notification("@" + box->name, "b"));
    auto packet = receive_packet(box->socket);
    REQUIRE(packet);
    REQUIRE(*packet);
    CHECK((*packet)->from.pid == 0);
    CHECK((*packet)->text.empty());
    packet = receive_packet(box->socket);
    REQUIRE(*packet);
    CHECK((*packet)->text == "b");
    CHECK((*packet)->from.pid == ::getpid());
  }

  TEST_CASE("what nobody takes is an error") {
    CHECK_FALSE(send_request("no such name", "now", 1s));
    CHECK(send_notification("/no/such/socket", "x").error().code == ENOENT);
    CHECK(send_notification(std::string(200, 'a'), "x").error().code == ENAMETOOLONG);
  }

  TEST_CASE("a name that the kernel chose can be connected to without waiting") {
    const auto listener = listen_anywhere();
    REQUIRE(listener);
    CHECK_FALSE(listener->name.empty());
    const auto client = try_connect_local(listener->name);
    REQUIRE(client);
    const auto served = accept_local(listener->socket);
    REQUIRE(served);
    REQUIRE(*served);
    REQUIRE(send_message(*client, "hello"));
    CHECK(*receive_message(**served, 1s) == "hello");
    CHECK(peer_of(*client)->pid == ::getpid());
  }

  TEST_CASE("where nobody listens, or nobody accepts, trying does not wait") {
    CHECK(try_connect_local(fresh_name()).error().code == ECONNREFUSED);
    const auto listener = listen_anywhere();
    REQUIRE(listener);
    std::vector<Fd> clients;
    for (;;) {
      auto client = try_connect_local(listener->name);
      if (!client) {
        CHECK(client.error().code == EAGAIN);
        break;
      }
      clients.push_back(*std::move(client));
      REQUIRE(clients.size() < 5000);
    }
  }
}
