#include "cli/apart.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "config/request.hpp"
#include "hooks/apart.hpp"
#include "hooks/program.hpp"
#include "sys/process.hpp"
#include "sys/signals.hpp"

namespace pintle::cli {
namespace {

std::vector<std::string> own_environment() {
  std::vector<std::string> all;
  for (char** one = environ; *one != nullptr; ++one) all.emplace_back(*one);
  return all;
}

Result<Answer> run_apart(const std::string& request, int output = -1) {
  sys::Child program;
  program.argv = program.candidates = {sys::own_directory() + "/pintle-fetch"};
  if (::access(program.argv.front().c_str(), X_OK) < 0) {
    Error error = Error::from_errno("execute");
    error.subject = program.argv.front();
    return error;
  }
  program.environment = own_environment();
  sys::Child child{
      .task = [&](sys::Report& report) { return hooks::run_apart(program, request, report); },
      .outlet = {.descriptor = output},
      .placement = sys::Placement::member};
  const sys::SignalMask before = sys::set_mask(sys::SignalMask::all());
  const auto spawned = sys::spawn(child);
  (void)sys::set_mask(before);  // the time limit is a signal
  if (!spawned) return spawned.error();
  const sys::Exit exit = TRY(sys::wait_for(spawned->pid));
  sys::Report report;
  hooks::take_report(*spawned, report);
  Answer answer{exit.code, std::string(report.line())};
  if (exit.code != 0 && answer.line.empty()) answer.line = "pintle-fetch ended without a message";
  return answer;
}

Result<std::string> perform_apart(const config::Builtin& use, Duration time) {
  const std::string request =
      TRY(config::encode_request(use, {{"deadline", fmt::to_string(time.count())}}));
  Answer answer = TRY(run_apart(request));
  if (answer.code == 0) return std::move(answer.line);
  return Error::in_words(std::move(answer.line));
}

}  // namespace

Result<Answer> ask_apart(std::string_view action, const config::Pairs& values, int output) {
  return run_apart(TRY(config::encode_request(action, values)), output);
}

Result<std::string> perform(const config::Builtin& use, const actions::Context& context,
                            Duration time) {
  return config::is_apart(use) ? perform_apart(use, time) : actions::perform(use, context);
}

}  // namespace pintle::cli
