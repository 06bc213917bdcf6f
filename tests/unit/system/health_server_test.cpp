// The child that serves `listen.health`: clients that are slow, many, or gone, and a PID 1 that
// does not answer. It waits for ever, so each machine ends its last wait.
#include "control/health_server.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "clients.hpp"
#include "errors.hpp"
#include "life.hpp"
#include "rules.hpp"

using namespace seam;
using pintle::Fd;

namespace {

constexpr std::string_view kRequest = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";

/// What the clients have open.
struct Scene {
  sockaddr_un address{};
  socklen_t address_size = sizeof(sockaddr_un);
  std::vector<Fd> clients;
};
Scene scene;

/// A stream socket with a name that the kernel chose.
Fd open_port() {
  Fd port(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  auto* const address = reinterpret_cast<sockaddr*>(&scene.address);
  scene.address.sun_family = AF_UNIX;
  (void)::bind(port.get(), address, sizeof scene.address.sun_family);
  (void)::listen(port.get(), 128);
  (void)::getsockname(port.get(), address, &scene.address_size);
  return port;
}

void connect_client() {
  Fd client(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto* const address = reinterpret_cast<const sockaddr*>(&scene.address);
  if (::connect(client.get(), address, scene.address_size) < 0) note("client: cannot connect");
  scene.clients.push_back(hide(std::move(client)));
}

void say(std::size_t client, std::string_view text) {
  (void)::send(scene.clients[client].get(), text.data(), text.size(), MSG_NOSIGNAL);
}

void read_as(std::size_t client) {
  std::array<char, 4096> text{};
  const ssize_t got = ::recv(scene.clients[client].get(), text.data(), text.size(), MSG_DONTWAIT);
  if (got == 0) return note(fmt::format("client {}: closed", client));
  if (got < 0) return note(fmt::format("client {}: {}", client, name_of_error(errno)));
  note(fmt::format("client {}: {}", client, std::string_view(text.data(), 12)));
}

World::Event connects(Duration at) {
  return {at, connect_client};
}
World::Event says(Duration at, std::size_t client, std::string_view text) {
  return {at, [=] { say(client, text); }};
}
World::Event reads(Duration at, std::size_t client) {
  return {at, [=] { read_as(client); }};
}
World::Event answers(Duration at) {
  return {at, answer_as_pintle};
}

Outcome serve(std::vector<World::Event> events, const Failure& failure = {}) {
  events.push_back({20s, [] { end_waiting(EINVAL); }});
  const World world{.events = std::move(events), .pid = 7, .ends_by = 60s};
  return run_machine(world, failure, [](const Fd&) {
    scene = {};
    const std::string mounts = fmt::format("fake-{}", ::getpid());
    set_addresses({});
    open_pintle(mounts);
    speak_as(1, 0);
    const Fd port = open_port();
    const int code = simulate([&] { return pintle::control::serve_health(port, mounts, 0); });
    scene = {};
    return pintle::init::End{code, {}};
  });
}

void check_notes(const Outcome& out, const std::vector<std::string>& notes) {
  INFO(text_of(out));
  CHECK(out.fault == "");
  CHECK(out.code == 1);
  CHECK(out.notes == notes);
}

}  // namespace

TEST_SUITE("system/health_server") {
  TEST_CASE("a request in two halves is answered when it is whole") {
    check_notes(serve({connects(1s), says(1100ms, 0, kRequest.substr(0, 9)), reads(1200ms, 0),
                       says(1300ms, 0, kRequest.substr(9)), answers(1400ms), reads(1500ms, 0),
                       reads(1600ms, 0)}),
                {"client 0: EAGAIN", "client 0: HTTP/1.1 200", "client 0: closed"});
  }

  TEST_CASE("half a request is waited for two seconds, and nothing is asked of PID 1") {
    check_notes(serve({connects(1s), says(1100ms, 0, kRequest.substr(0, 9)), reads(2900ms, 0),
                       reads(3100ms, 0)}),
                {"client 0: EAGAIN", "client 0: closed"});
  }

  TEST_CASE("where PID 1 does not answer within 800 ms, the answer is 503") {
    check_notes(serve({connects(1s), says(1s, 0, kRequest), reads(1700ms, 0), reads(1900ms, 0)}),
                {"client 0: EAGAIN", "client 0: HTTP/1.1 503"});
  }

  TEST_CASE("a client that goes away keeps no other from its answer") {
    check_notes(serve({connects(1s),
                       connects(1s),
                       says(1100ms, 0, kRequest),
                       says(1100ms, 1, kRequest),
                       {1200ms, [] { scene.clients[0].reset(); }},
                       answers(1300ms),
                       reads(1400ms, 1)}),
                {"client 1: HTTP/1.1 200"});
  }

  TEST_CASE("with sixty-five clients the oldest has to go") {
    std::vector<World::Event> events;
    for (int i = 0; i < 65; ++i) events.push_back(connects(1s + Duration(i)));
    events.push_back(reads(1200ms, 0));
    events.push_back(says(1300ms, 64, kRequest));
    events.push_back(answers(1400ms));
    events.push_back(reads(1500ms, 64));
    check_notes(serve(std::move(events)), {"client 0: closed", "client 64: HTTP/1.1 200"});
  }

  TEST_CASE("a server that cannot be forked is tried again a second later") {
    const Life life{.name = "health is served",
                    .config = R"({"main":{"command":"/main"},"listen":{"health":"127.0.0.1:9"}})",
                    .world = {.programs = {{.path = "/main", .lives = 5s}}}};
    const Start start(life);
    const Outcome good = start.run();
    const auto count_servers = [](const Outcome& out) {
      return std::count_if(out.started.begin(), out.started.end(),
                           [](const Started& one) { return one.program.empty(); });
    };
    CHECK(count_servers(good) == 1);
    const Outcome out = start.run({.index = good.call_of("fork", 1), .error = EAGAIN});
    INFO(text_of(out));
    CHECK(count_servers(out) == 1);
    CHECK(out.has_line("cannot serve \"listen.health\": cannot fork"));
  }

  TEST_CASE("whatever call fails, it serves on or ends, and neither spins nor loses a descriptor") {
    const auto run = [](const Failure& failure) {
      return serve({connects(1s), says(1100ms, 0, kRequest), answers(1200ms), reads(1300ms, 0),
                    connects(5s), says(5100ms, 1, kRequest), answers(5200ms), reads(5300ms, 1)},
                   failure);
    };
    const Outcome good = run({});
    CHECK(good.has_note("client 1: HTTP/1.1 200"));
    for (int i = 0; i < static_cast<int>(good.calls.size()); ++i) {
      const char* const call = good.calls[static_cast<std::size_t>(i)].name;
      for (const Error& error : errors_of(call)) {
        INFO(fmt::format("call {} ({}), {}", i, call, name_of_error(error.number)));
        const Outcome once = run({.index = i, .error = error.number});
        CHECK(once.fault == "");
        // It costs one client its answer, at most; a failed poll(2) ends the server, and PID 1
        // starts another.
        CHECK((once.has_note("HTTP/1.1 200") || once.time < 20s));
        // A socket that is ready, and always full, is none.
        if (!error.lasts || error.number == EAGAIN) continue;
        const Outcome ever = run({.index = i, .error = error.number, .for_ever = true});
        CHECK(ever.fault == "");
        CHECK(ever.calls.size() < 1000);
      }
    }
  }
}
