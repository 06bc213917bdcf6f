// fetch/main.cpp - pintle-fetch, the second program: it does everything that needs TLS or
// cryptography. A hook's child starts it after the step-down and sends the request over its
// standard input. PID 1 reads the result from a pipe that pintle-fetch inherits (sys/report.hpp).
#include <openssl/crypto.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <string>

#include "base/exit_codes.hpp"
#include "config/request.hpp"
#include "fetch/actions.hpp"
#include "fetch/verify.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"
#include "sys/report.hpp"

namespace pintle::fetch {
namespace {

/// Ends this process after so many milliseconds: the limit of a command that waits for it. With 0
/// there is no limit: PID 1 stops it at the timeout of the hook.
void end_at(std::int64_t milliseconds) {
  itimerval timer{};
  timer.it_value = {milliseconds / 1000, milliseconds % 1000 * 1000};
  (void)::setitimer(ITIMER_REAL, &timer, nullptr);
}

Result<std::string> run() {
  // libcurl would write the keys of its connections into a file of that name.
  (void)::unsetenv("SSLKEYLOGFILE");
  // A config file in the image must not make libcrypto load a module.
  if (::OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) != 1) {
    return Error{"begin", 0, {}, "libcrypto cannot be set up"};
  }
  if (::write(STDIN_FILENO, &config::kReady, 1) != 1) {
    return Error::from_errno("ask for the request");
  }
  const std::string bytes = TRY(sys::read_input(config::kLargestRequest));
  const config::Request request = TRY(config::decode_request(bytes));
  end_at(request.number("deadline").value_or(0));
  return perform(request);
}

int code_for(const Error& error) noexcept {
  return is_unverified(error) ? static_cast<int>(ExitCode::unproven) : 1;
}

int report(const Result<std::string>& result) {
  sys::Report report;
  report.set_line(result ? *result : result.error().message());
  sys::send_report(sys::kInheritedReport, report);
  return result ? 0 : code_for(result.error());
}

int refuse_people() {
  constexpr std::string_view kText =
      "pintle-fetch: only pintle starts it, for \"fetch\", \"check\", \"verify\" and https; see "
      "'pintle help'\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kText.data(), kText.size());
  return static_cast<int>(ExitCode::usage);
}

}  // namespace
}  // namespace pintle::fetch

int main() {
  using namespace pintle;
  sys::forbid_tracing();
  (void)std::signal(SIGPIPE, SIG_IGN);
  if (!sys::is_report(sys::kInheritedReport)) return fetch::refuse_people();
  sys::send_notes_to(sys::kInheritedReport);
  try {
    return fetch::report(fetch::run());
  } catch (const std::exception& error) {
    return fetch::report(Error{"continue", 0, {}, error.what()});
  }
}
