// init/notify_socket.hpp - the NOTIFY_SOCKET that pintle gives to main, and the one that pintle was
// given.
#pragma once

#include <functional>
#include <string>

#include "init/notify.hpp"

namespace pintle::init {

class NotifySocket {
 public:
  /// `inbox` receives main's messages. `outer` is the socket to which pintle sends: a path, or
  /// "@name"; "": none.
  NotifySocket(sys::NamedSocket inbox, std::string outer)
      : inbox_(std::move(inbox)), outer_(std::move(outer)) {}

  const Fd& descriptor() const noexcept { return inbox_.socket; }
  bool is_open() const noexcept { return static_cast<bool>(inbox_.socket); }

  struct Heard {
    config::Notify who = config::Notify::none;
    pid_t main = 0;
    uid_t main_uid = 0;
  };
  /// Receives waiting messages, up to a fixed number. Closes descriptors that they contain. False
  /// if receiving failed.
  bool receive(const Heard& heard, const std::function<void(const Notification&)>& each);

  /// The last state and text that main has sent, for the status.
  hooks::MainSays says() const noexcept { return says_; }
  const std::string& text() const noexcept { return text_; }
  void remember(const Notification& said, std::string scrubbed_text);

  /// True if pintle was given a NOTIFY_SOCKET.
  bool has_outer() const noexcept { return !outer_.empty(); }
  /// Sends news to the outer socket. Does not wait; if the socket is full, tries again later.
  void tell(const control::Status& status, Time now);
  std::optional<Time> due() const noexcept { return again_; }
  void ping(const control::Status& status) const;
  /// Sends `text` to the outer socket. False if that is full.
  bool pass_on(std::string_view text) const;

 private:
  sys::NamedSocket inbox_;
  std::string outer_;
  Outward outward_{};
  std::optional<Time> again_{};
  hooks::MainSays says_ = hooks::MainSays::starting;
  std::string text_{};
};

}  // namespace pintle::init
