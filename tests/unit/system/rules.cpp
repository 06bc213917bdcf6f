#include "rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>
#include <tuple>

#include "base/exit_codes.hpp"
#include "errors.hpp"

namespace seam {
namespace {

using Rule = std::string (*)(const Life&, const Failure&, const Outcome& good, const Outcome& out);

/// What a step that cannot be ended takes, the default total grace period, and a retry or a rest.
constexpr Duration kLonger = 22s;

std::string_view failed_call(const Failure& failure, const Outcome& out) {
  const bool was_made =
      failure.index >= 0 && static_cast<std::size_t>(failure.index) < out.calls.size();
  return was_made ? out.calls[static_cast<std::size_t>(failure.index)].name : "";
}

/// Without memory, or with a log that takes nothing, nothing can be said.
bool is_mute(const Failure& failure, const Outcome& out) {
  const bool has_no_memory = failure.allocation >= 0 && failure.for_ever;
  return has_no_memory || failed_call(failure, out) == "write log";
}

const Started* main_of(const Outcome& out) {
  const auto main = std::find_if(out.started.begin(), out.started.end(),
                                 [](const Started& one) { return one.program == "/main"; });
  return main == out.started.end() ? nullptr : &*main;
}

std::string no_fault(const Life&, const Failure&, const Outcome&, const Outcome& out) {
  return out.fault;
}

/// It may wait for what it cannot signal or continue, until somebody stops it, but for nothing
/// else.
std::string is_not_stuck(const Life&, const Failure& failure, const Outcome&, const Outcome& out) {
  const bool is_said = out.has_line("cannot send SIG") || out.has_line("main stays stopped");
  if (!out.was_stuck || is_said || is_mute(failure, out)) return {};
  return "PID 1 waits for what will never come";
}

std::string ends_in_time(const Life&, const Failure&, const Outcome& good, const Outcome& out) {
  if (out.time <= good.time + kLonger) return {};
  return fmt::format("it takes {} ms instead of {}", out.time.count(), good.time.count());
}

bool is_documented(int code) {
  const auto rows = pintle::exit_codes();
  return code > 128 || std::any_of(rows.begin(), rows.end(), [=](const auto& row) {
           return static_cast<int>(row.code) == code;
         });
}

/// Killed before it executed anything; or what it says of why it did not, which goes through a
/// pipe, was lost.
bool did_main_end_early(const Failure& failure, const Outcome& out) {
  const std::string_view call = failed_call(failure, out);
  const bool was_report_lost = call == "read" || call == "write";
  return std::any_of(out.started.begin(), out.started.end(), [&](const Started& one) {
    return one.program.empty() && one.code == out.code && (one.code > 128 || was_report_lost);
  });
}

std::string code_is_right(const Life& life, const Failure& failure, const Outcome&,
                          const Outcome& out) {
  if (!out.reason.empty()) {
    return is_documented(out.code) ? "" : "pintle chose an exit code that is not documented";
  }
  const Started* const main = main_of(out);
  const bool pauses = life.config.find("pause") != std::string::npos;
  if (main == nullptr && pauses)
    return out.code == life.code ? "" : "the exit code is not a pause's";
  if (main == nullptr) {
    return did_main_end_early(failure, out) ? "" : "main was not started, and nothing says why";
  }
  const int code = main->end == Started::End::alive ? 128 + SIGKILL : main->code;
  return code == out.code ? "" : fmt::format("the exit code is not main's, which is {}", code);
}

/// What an exit of PID 1 ends unseen has to be known: it got SIGKILL, or could not get it.
std::string nothing_is_lost(const Life&, const Failure& failure, const Outcome&,
                            const Outcome& out) {
  for (const Started& one : out.started) {
    if (one.end == Started::End::zombie) return fmt::format("{} is not collected", one.pid);
    const bool is_known =
        out.has_line("not waiting for it") || out.has_line("sending SIGKILL to the remaining");
    if (one.end == Started::End::alive && !is_known && !is_mute(failure, out)) {
      return fmt::format("{} still runs, and nothing says so", one.pid);
    }
  }
  return {};
}

auto privileges_of(const Credentials& who) {
  const auto group = [&](int i) { return i < who.group_count ? who.groups[i] : ~0U; };
  return std::tuple(who.uids[0], who.uids[1], who.uids[2], who.gids[0], who.gids[1], who.gids[2],
                    who.group_count, group(0), who.permitted, who.effective, who.inheritable,
                    who.ambient, who.no_new_privileges);
}

std::string no_more_privileges(const Life&, const Failure&, const Outcome& good,
                               const Outcome& out) {
  for (const Started& one : out.started) {
    if (one.program.empty()) continue;
    const auto same = std::find_if(good.started.begin(), good.started.end(),
                                   [&](const auto& other) { return other.program == one.program; });
    if (one.inherited != 0) return one.program + " got a descriptor of PID 1's";
    if (same == good.started.end()) continue;
    if (privileges_of(one.credentials) != privileges_of(same->credentials)) {
      return one.program + " runs with other privileges";
    }
  }
  return {};
}

/// Whether somebody would see it: other programs ran, or they, or PID 1, ended otherwise. What
/// still runs is another rule's.
bool differs(const Outcome& good, const Outcome& out) {
  if (out.code != good.code) return true;
  if (privileges_of(out.credentials) != privileges_of(good.credentials)) return true;
  return std::any_of(good.started.begin(), good.started.end(), [&](const Started& one) {
    return !one.program.empty() &&
           std::none_of(out.started.begin(), out.started.end(), [&](const Started& other) {
             return one.program == other.program &&
                    (one.code == other.code || other.end == Started::End::alive);
           });
  });
}

bool says_more(const std::vector<std::string>& before, const std::vector<std::string>& now) {
  return std::any_of(now.begin(), now.end(), [&](const std::string& line) {
    return std::find(before.begin(), before.end(), line) == before.end();
  });
}

/// In the log, or to a client.
std::string is_told(const Life&, const Failure& failure, const Outcome& good, const Outcome& out) {
  if (is_mute(failure, out) || !differs(good, out)) return {};
  if (!out.reason.empty() && out.reason != good.reason) return {};
  const bool is_said = says_more(good.log, out.log) || says_more(good.notes, out.notes);
  return is_said ? "" : "it goes otherwise, and nothing says why";
}

std::string is_whole(const Life&, const Failure&, const Outcome&, const Outcome& out) {
  const auto is_cut = [](const std::string& line) { return line.ends_with(": "); };
  const bool some_are = is_cut(out.reason) || std::any_of(out.log.begin(), out.log.end(), is_cut);
  return some_are ? "a message breaks off" : "";
}

/// Unless it was given up.
std::string knows_its_own(const Life&, const Failure&, const Outcome&, const Outcome& out) {
  if (out.has_line("not waiting for it")) return {};
  for (const Started& one : out.started) {
    if (one.is_own && out.has_line(fmt::format("reaped orphan {} ", one.pid))) {
      return fmt::format("{} counts as an orphan", one.pid);
    }
  }
  return {};
}

std::string ignores_interruptions(const Life&, const Failure& failure, const Outcome& good,
                                  const Outcome& out) {
  if (failure.error != EINTR || failure.index < 0) return {};
  return out.log == good.log && out.notes == good.notes ? "" : "an interruption is noticed";
}

constexpr Rule kRules[] = {no_fault,        is_not_stuck,         ends_in_time, code_is_right,
                           nothing_is_lost, no_more_privileges,   is_told,      is_whole,
                           knows_its_own,   ignores_interruptions};

}  // namespace

std::string wrong_with(const Life& life, const Failure& failure, const Outcome& good,
                       const Outcome& out) {
  for (const Rule rule : kRules) {
    if (std::string wrong = rule(life, failure, good, out); !wrong.empty()) return wrong;
  }
  return {};
}

std::string name_of_case(const Life& life, const Failure& failure, const Outcome& out) {
  const auto number = &life - lives().data();
  std::string name = fmt::format("life {} '{}'", number, life.name);
  if (failure.index >= 0) {
    name += fmt::format(", call {} ({}), {}{}, PINTLE_SYSTEM_CASE={}/{}/{}{}", failure.index,
                        failed_call(failure, out), name_of_error(failure.error),
                        failure.for_ever ? " for ever" : "", number, failure.index, failure.error,
                        failure.for_ever ? "/ever" : "");
  }
  if (failure.allocation >= 0) {
    name += fmt::format(", allocation {}{}, PINTLE_SYSTEM_CASE={}/memory/{}{}", failure.allocation,
                        failure.for_ever ? " and all later ones" : "", number, failure.allocation,
                        failure.for_ever ? "/ever" : "");
  }
  return name;
}

std::string text_of(const Outcome& out) {
  std::string text = fmt::format("code {}, reason '{}', {} ms, {} calls, fault '{}'", out.code,
                                 out.reason, out.time.count(), out.calls.size(), out.fault);
  for (const auto& lines : {out.log, out.notes}) {
    for (const std::string& line : lines) text += "\n  " + line;
  }
  constexpr const char* kEnds[] = {"alive", "not collected", "collected"};
  for (const Started& one : out.started) {
    text += fmt::format("\n  {} '{}' uid {}, code {}, {}", one.pid, one.program,
                        one.credentials.uids[1], one.code, kEnds[static_cast<int>(one.end)]);
  }
  return text;
}

}  // namespace seam
