// init/notify_socket.hpp - the NOTIFY_SOCKET that main is given, and the one that pintle was given.
#pragma once

#include <functional>
#include <string>

#include "init/notify.hpp"

namespace pintle::init {

class NotifySocket {
 public:
  /// `inbox` is what main sends to, `outer` whom pintle tells: a path, or "@name"; "" is nobody.
  NotifySocket(sys::NamedSocket inbox, std::string outer)
      : inbox_(std::move(inbox)), outer_(std::move(outer)) {}

  const Fd& descriptor() const noexcept { return inbox_.socket; }
  bool is_open() const noexcept { return static_cast<bool>(inbox_.socket); }

  struct Heard {
    config::Notify who = config::Notify::none;
    pid_t main = 0;
    uid_t main_uid = 0;
  };
  /// Takes what has come, a bounded number of messages. Descriptors that came along are closed.
  /// False if it cannot be read now.
  bool receive(const Heard& heard, const std::function<void(const Notification&)>& each);

  /// What main said last, for the status.
  hooks::MainSays says() const noexcept { return says_; }
  const std::string& text() const noexcept { return text_; }
  void remember(const Notification& said, std::string scrubbed_text);

  /// True if somebody outside is told anything.
  bool has_outer() const noexcept { return !outer_.empty(); }
  /// Tells the outer socket what is new; never waits, but tries again where it was full.
  void tell(const control::Status& status, Time now);
  std::optional<Time> due() const noexcept { return again_; }
  void ping(const control::Status& status) const;
  /// False if it was full.
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
