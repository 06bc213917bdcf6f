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
State state;

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
  state = {};
  state.addresses = std::move(addresses);
}

Fd hide(Fd descriptor) {
  if (!descriptor) return {};
  return Fd(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, kOwnDescriptors));
}

void ask_status() {
  for (int k = 0; k < 8; ++k) {  // as control/socket.cpp looks for it
    auto socket =
        sys::try_connect_local(fmt::format("pintle/{}/{}", state.addresses.mount_namespace, k));
    if (!socket) continue;
    state.status = hide(*std::move(socket));
    return;
  }
}

void read_status() {
  const auto text = state.status ? receive(state.status) : std::nullopt;
  if (!text || text->empty()) return note("status: none");
  const auto status = pintle::control::decode(*text);
  if (!status) return note("status: " + status.error().message());
  state.requests = status->requests;
  note(fmt::format("status: {}", pintle::hooks::name_of(status->phase)));
}

void send_request(std::string_view words) {
  if (state.requests.empty()) return;
  auto socket = sys::send_request(state.requests, words, Duration(1));
  if (!socket) return note("request: " + socket.error().message());
  state.request = hide(*std::move(socket));
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
  std::fill(std::begin(given), std::end(given), state.request.get());
  std::memcpy(CMSG_DATA(head), given, sizeof given);
  const bool was_sent = ::sendmsg(state.request.get(), &message, MSG_DONTWAIT) >= 0;
  note(was_sent ? "descriptors: sent" : "descriptors: refused");
}

void ask_for_job(std::string_view id) {
  auto shown = sys::listen_anywhere();
  if (!shown) return note("job: " + shown.error().message());
  state.shown = {hide(std::move(shown->socket)), shown->name};
  send_request(fmt::format("job\t{}\t{}", id, state.shown.name));
}

void read_answer() {
  if (state.shown.socket && !state.viewer) {
    auto viewer = sys::accept_local(state.shown.socket);
    if (viewer && *viewer) state.viewer = hide(**std::move(viewer));
  }
  while (state.viewer) {
    const auto text = receive(state.viewer);
    if (!text || text->empty()) break;
    note("shown: " + with_spaces(*text));
  }
  const auto answer = state.request ? receive(state.request) : std::nullopt;
  note(answer ? "answer: " + with_spaces(*answer) : std::string("answer: none"));
}

void notify_as(std::string_view program, std::string_view text) {
  if (const pid_t pid = pid_of(program); pid != 0) notify_from(pid, 0, text);
}

void notify_from(pid_t pid, uid_t uid, std::string_view text) {
  speak_as(pid, uid);
  (void)sys::send_notification("@" + state.addresses.notify, text);
}

std::string open_outer_socket() {
  auto opened = sys::listen_for_requests();
  if (!opened) return {};
  state.outer = {hide(std::move(opened->socket)), opened->name};
  return "@" + state.outer.name;
}

void fill_outer_socket() {
  constexpr int kMoreThanItTakes = 10'000;
  for (int i = 0; i < kMoreThanItTakes; ++i) {
    if (!sys::send_notification("@" + state.outer.name, "X")) return note("outer: full");
  }
}

void close_outer_socket() {
  state.outer.socket.reset();
}

void read_outer_socket() {
  while (const auto text = receive(state.outer.socket)) note("outer: " + with_spaces(*text));
}

void open_pintle(const std::string& mount_namespace) {
  auto listener = sys::listen_local(fmt::format("pintle/{}/0", mount_namespace));
  if (listener) state.pintle = hide(*std::move(listener));
}

void answer_as_pintle() {
  for (;;) {
    const auto client = sys::accept_local(state.pintle);
    if (!client || !*client) return;
    (void)sys::send_message(**client, pintle::control::encode({}));
  }
}

}  // namespace seam
