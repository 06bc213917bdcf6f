#include "control/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"
#include "sys/local_socket.hpp"

namespace pintle::control {
namespace {

constexpr std::string_view kFirstLine = "pintle-status 1";
// A message without this line is incomplete: an unhealthy check may be missing from it.
constexpr std::string_view kLastLine = "end\n";
constexpr std::size_t kFields = 13;

using Fields = std::array<std::string_view, kFields>;

Fields split(std::string_view line) noexcept {
  Fields fields;
  for (std::string_view& field : fields) field = take_field(line, '\t');
  return fields;
}

std::int64_t number(std::string_view text) noexcept {
  std::int64_t value = 0;
  (void)std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<std::int64_t> optional_number(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  return number(text);
}

std::uint64_t counted(std::string_view text) noexcept {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(number(text), 0));
}

template <class Enum>
Enum enum_of(std::string_view text, Enum last) noexcept {
  return static_cast<Enum>(std::clamp<std::int64_t>(number(text), 0, static_cast<int>(last)));
}

std::string hook_line(const HookStatus& hook) {
  const auto text = [](const auto& number) {
    return number ? fmt::format("{}", *number) : std::string();
  };
  const auto time = [](const std::optional<Duration>& one) {
    return one ? fmt::format("{}", one->count()) : std::string();
  };
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", hook.kind, hook.id,
                     hook.state, hook.runs, text(hook.last_code), hook.last_time.count(),
                     time(hook.next_in), time(hook.began_before), hook.streak, hook.failures,
                     text(hook.next_at), text(hook.succeeded_at), hook.proof);
}

HookStatus hook_of(const Fields& f) {
  HookStatus hook{std::string(f[0]), std::string(f[1]), std::string(f[2]), number(f[3])};
  if (const auto code = optional_number(f[4])) hook.last_code = static_cast<int>(*code);
  hook.last_time = Duration(number(f[5]));
  if (const auto next = optional_number(f[6])) hook.next_in = Duration(*next);
  if (const auto began = optional_number(f[7])) hook.began_before = Duration(*began);
  hook.streak = number(f[8]);
  hook.failures = number(f[9]);
  hook.next_at = optional_number(f[10]);
  hook.succeeded_at = optional_number(f[11]);
  hook.proof = f[12];
  return hook;
}

void read_line(std::string_view line, Status& status) {
  const Fields f = split(line);
  if (f[0] == "phase") {
    status.phase = enum_of(f[1], hooks::Phase::stopping);
  } else if (f[0] == "main") {
    status.main_pid = static_cast<pid_t>(number(f[1]));
    status.main_time = Duration(number(f[2]));
    status.main_says = enum_of(f[3], hooks::MainSays::stopping);
    status.main_text = f[4];
    status.main_proof = f[5];
  } else if (f[0] == "unlocked") {
    status.unlocked = {f[1] == "1", f[2] == "1"};
  } else if (f[0] == "requests") {
    status.requests = f[1];
  } else if (f[0] == "counters") {
    status.orphans = counted(f[1]);
    status.dropped_lines = counted(f[2]);
  } else if (f[0] == "check") {
    status.checks.push_back({std::string(f[1]), enum_of(f[2], config::Question::startup),
                             enum_of(f[3], hooks::Verdict::unhealthy), std::string(f[4]),
                             number(f[5]), number(f[6])});
  } else if (f[0] == "step" || f[0] == "job" || f[0] == "shutdown") {
    status.hooks.push_back(hook_of(f));
  }
}

}  // namespace

std::string encode(const Status& status) {
  std::string out =
      fmt::format("{}\nphase\t{}\nmain\t{}\t{}\t{}\t{}\t{}\ncounters\t{}\t{}\n", kFirstLine,
                  static_cast<int>(status.phase), status.main_pid, status.main_time.count(),
                  static_cast<int>(status.main_says), one_line(status.main_text, 160),
                  status.main_proof, status.orphans, status.dropped_lines);
  out += fmt::format("requests\t{}\n", status.requests);
  out += fmt::format("unlocked\t{:d}\t{:d}\n", status.unlocked.bounding_set,
                     status.unlocked.securebits);
  for (const hooks::CheckView& check : status.checks) {
    out += fmt::format("check\t{}\t{}\t{}\t{}\t{}\t{}\n", check.id,
                       static_cast<int>(check.question), static_cast<int>(check.verdict),
                       one_line(check.message, 160), check.runs, check.failures);
  }
  for (const HookStatus& hook : status.hooks) {
    const std::string line = hook_line(hook);
    if (out.size() + line.size() + kLastLine.size() > sys::kLargestMessage) break;
    out += line;
  }
  if (out.size() + kLastLine.size() > sys::kLargestMessage) {
    out.resize(sys::kLargestMessage);  // too many checks: decode() refuses the message
    return out;
  }
  out += kLastLine;
  return out;
}

std::vector<std::string> names_of(const sys::Unlocked& unlocked) {
  std::vector<std::string> names;
  if (unlocked.bounding_set) names.emplace_back("bounding set");
  if (unlocked.securebits) names.emplace_back("securebits");
  return names;
}

Result<Status> decode(std::string_view message) {
  if (take_field(message, '\n') != kFirstLine) {
    return Error{"read the reply of PID 1", 0, {}, "it is from another version of pintle"};
  }
  if (!message.ends_with(kLastLine)) {
    return Error{"read the reply of PID 1", 0, {}, "it is incomplete"};
  }
  Status status;
  while (!message.empty()) read_line(take_field(message, '\n'), status);
  return status;
}

hooks::Answer answer(hooks::Asked asked, const Status& status) {
  if (!status.silence.empty()) return {false, status.silence};
  hooks::Answer own = hooks::answer(asked, status.phase, status.checks, status.main_says);
  for (const Status& one : status.nested) {
    if (!own.healthy) break;
    if (hooks::Answer its = answer(asked, one); !its.healthy) own = std::move(its);
  }
  return own;
}

hooks::Answer answer_for(std::span<const std::string> ids, const Status& status) {
  return hooks::answer_for(ids, all_checks(status));
}

std::vector<hooks::CheckView> all_checks(const Status& status) {
  std::vector<hooks::CheckView> all = status.checks;
  for (const Status& one : status.nested) {
    const auto more = all_checks(one);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

const Status& pintle_with(std::string_view kind, std::string_view id, const Status& status) {
  const auto has = [&](const Status& one) {
    return std::any_of(one.hooks.begin(), one.hooks.end(),
                       [&](const HookStatus& hook) { return hook.kind == kind && hook.id == id; });
  };
  if (has(status))
    return status;  // the outermost pintle has priority if a nested one has the same id
  const auto found = std::find_if(status.nested.begin(), status.nested.end(), has);
  return found == status.nested.end() ? status : *found;
}

}  // namespace pintle::control
