#include "clients.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <optional>

#include "base/text.hpp"
#include "control/status.hpp"
#include "fake_system.hpp"
#include "sys/local_socket.hpp"

namespace seam {
namespace {

using pintle::Fd;
namespace sys = pintle::sys;

struct State {
  Addresses addresses;
  Fd status;
  std::string requests;
  Fd request;
  sys::NamedSocket shown;
  Fd viewer;
  sys::NamedSocket outer;
  Fd pintle;
};
State client_state;

std::optional<std::string> receive(const Fd& socket) {
  std::array<char, 16384> text{};
  const ssize_t size = ::recv(socket.get(), text.data(), text.size(), MSG_DONTWAIT);
  if (size < 0) return std::nullopt;
  return std::string(text.data(), static_cast<std::size_t>(size));
}

std::string with_spaces(std::string text) {
  for (char& one : text) {
    if (one == '\n' || one == '\t') one = ' ';
  }
  return text;
}

}  // namespace

void set_addresses(Addresses addresses) {
  client_state = {};
  client_state.addresses = std::move(addresses);
}

Fd hide(Fd descriptor) {
  if (!descriptor) return {};
  return Fd(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, kOwnDescriptors));
}

void ask_status() {
  for (int k = 0; k < 8; ++k) {  // as control/socket.cpp looks for it
    auto socket = sys::try_connect_local(
        fmt::format("pintle/{}/{}", client_state.addresses.mount_namespace, k));
    if (!socket) continue;
    client_state.status = hide(*std::move(socket));
    return;
  }
}

void read_status() {
  const auto text = client_state.status ? receive(client_state.status) : std::nullopt;
  if (!text || text->empty()) return note("status: none");
  const auto status = pintle::control::decode(*text);
  if (!status) return note("status: " + status.error().message());
  client_state.requests = status->requests;
  note(fmt::format("status: {}", pintle::hooks::name_of(status->phase)));
}

void send_request(std::string_view words) {
  if (client_state.requests.empty()) return;
  auto socket = sys::send_request(client_state.requests, words, Duration(1));
  if (!socket) return note("request: " + socket.error().message());
  client_state.request = hide(*std::move(socket));
}

void send_descriptors_with(std::string_view words) {
  send_request("");  // for a socket that is connected already; nobody takes an empty request
  std::string text(words);
  constexpr int kCount = 100;
  alignas(cmsghdr) char control[CMSG_SPACE(kCount * sizeof(int))] = {};
  iovec part{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* const head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(kCount * sizeof(int));
  int given[kCount];
  std::fill(std::begin(given), std::end(given), client_state.request.get());
  std::memcpy(CMSG_DATA(head), given, sizeof given);
  const bool was_sent = ::sendmsg(client_state.request.get(), &message, MSG_DONTWAIT) >= 0;
  note(was_sent ? "descriptors: sent" : "descriptors: refused");
}

void ask_for_job(std::string_view id) {
  auto shown = sys::listen_anywhere();
  if (!shown) return note("job: " + shown.error().message());
  client_state.shown = {hide(std::move(shown->socket)), shown->name};
  send_request(fmt::format("job\t{}\t{}", id, client_state.shown.name));
}

void read_answer() {
  if (client_state.shown.socket && !client_state.viewer) {
    auto viewer = sys::accept_local(client_state.shown.socket);
    if (viewer && *viewer) client_state.viewer = hide(**std::move(viewer));
  }
  while (client_state.viewer) {
    const auto text = receive(client_state.viewer);
    if (!text || text->empty()) break;
    note("shown: " + with_spaces(*text));
  }
  const auto answer = client_state.request ? receive(client_state.request) : std::nullopt;
  note(answer ? "answer: " + with_spaces(*answer) : std::string("answer: none"));
}

void notify_as(std::string_view program, std::string_view text) {
  if (const pid_t pid = pid_of(program); pid != 0) notify_from(pid, 0, text);
}

void notify_from(pid_t pid, uid_t uid, std::string_view text) {
  speak_as(pid, uid);
  (void)sys::send_notification("@" + client_state.addresses.notify, text);
}

std::string open_outer_socket() {
  auto opened = sys::listen_for_requests();
  if (!opened) return {};
  client_state.outer = {hide(std::move(opened->socket)), opened->name};
  return "@" + client_state.outer.name;
}

void fill_outer_socket() {
  constexpr int kMoreThanItTakes = 10'000;
  for (int i = 0; i < kMoreThanItTakes; ++i) {
    if (!sys::send_notification("@" + client_state.outer.name, "X")) return note("outer: full");
  }
}

void close_outer_socket() {
  client_state.outer.socket.reset();
}

void read_outer_socket() {
  while (const auto text = receive(client_state.outer.socket)) note("outer: " + with_spaces(*text));
}

void open_pintle(const std::string& mount_namespace) {
  auto listener = sys::listen_local(fmt::format("pintle/{}/0", mount_namespace));
  if (listener) client_state.pintle = hide(*std::move(listener));
}

void answer_as_pintle() {
  for (;;) {
    const auto client = sys::accept_local(client_state.pintle);
    if (!client || !*client) return;
    (void)sys::send_message(**client, pintle::control::encode({}));
  }
}

}  // namespace seam
