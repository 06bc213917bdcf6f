// `pintle status`: shows what PID 1 is doing, for people or as JSON.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/status_json.hpp"
#include "control/socket.hpp"
#include "sys/process.hpp"

namespace pintle::cli {
namespace {

using Json = nlohmann::ordered_json;

struct StatusOptions {
  bool json = false;
};

Result<void> set_status_json(StatusOptions& out, std::string_view) {
  out.json = true;
  return {};
}

constexpr Option<StatusOptions> kStatusOptions[] = {
    {0, "json", "", "as JSON", set_status_json},
};

constexpr Duration kStatusTimeout = std::chrono::seconds(2);

/// So far from now, as RFC 3339 has it, in UTC.
std::string wall_time(Duration from_now) {
  using namespace std::chrono;
  const auto time = (system_clock::now() + from_now).time_since_epoch();
  return rfc3339(duration_cast<seconds>(time).count());
}

const char* list_of(std::string_view kind) noexcept {
  if (kind == "job") return "jobs";
  return kind == "shutdown" ? "shutdown" : "steps";
}

Json hook_json(const control::HookStatus& hook) {
  Json json{{"id", hook.id}, {"state", hook.state}, {"runs", hook.runs}};
  if (hook.last_code) json["exitCode"] = *hook.last_code;
  if (hook.last_code) json["durationMs"] = hook.last_time.count();
  json["failures"] = hook.failures;
  if (!hook.proof.empty()) json["verified"] = hook.proof;
  if (hook.kind != "job") return json;
  if (hook.last_code) json["streak"] = hook.streak;
  if (hook.succeeded_at) json["lastSucceeded"] = rfc3339(*hook.succeeded_at);
  if (hook.began_before) json["lastBegan"] = wall_time(-*hook.began_before);
  if (hook.next_at) json["next"] = rfc3339(*hook.next_at);
  if (hook.next_in) json["nextInMs"] = hook.next_in->count();
  return json;
}

Json checks_of(const std::vector<hooks::CheckView>& checks) {
  Json json = Json::array();
  for (const auto& check : checks) {
    json.push_back({{"id", check.id},
                    {"kind", hooks::name_of(check.question)},
                    {"verdict", hooks::name_of(check.verdict)},
                    {"message", check.message}});
  }
  return json;
}

Json to_status_json(const control::Status& status) {
  Json json{{"phase", hooks::name_of(status.phase)},
            {"main", {{"pid", nullptr}}},
            {"steps", Json::array()},
            {"checks", checks_of(status.checks)},
            {"jobs", Json::array()},
            {"shutdown", Json::array()}};
  if (status.main_pid > 0) {
    json["main"] = {{"pid", status.main_pid}, {"runningMs", status.main_time.count()}};
    if (!status.main_proof.empty()) json["main"]["verified"] = status.main_proof;
    if (status.main_says != hooks::MainSays::nothing) {
      json["main"]["says"] = hooks::name_of(status.main_says);
      json["main"]["status"] = status.main_text;
    }
  }
  for (const auto& hook : status.hooks) {
    json[list_of(hook.kind)].push_back(hook_json(hook));
  }
  json["notLocked"] = control::names_of(status.unlocked);
  json["counters"] = {{"reapedOrphans", status.orphans}, {"droppedLogLines", status.dropped_lines}};
  for (const auto& nested : status.nested) json["nested"].push_back(to_status_json(nested));
  return json;
}

std::string hook_row(const control::HookStatus& hook) {
  std::string text = fmt::format("{} {}: {}", hook.kind, hook.id, hook.state);
  if (hook.last_code && *hook.last_code != 0)
    text += fmt::format(", exit code {}", *hook.last_code);
  if (hook.last_code) text += fmt::format(", took {}", format_duration(hook.last_time));
  if (!hook.proof.empty()) text += fmt::format(", verified ({})", hook.proof);
  if (hook.kind != "job") return text + "\n";
  if (hook.streak > 1) text += fmt::format(", {} times in a row", hook.streak);
  text += fmt::format(", {} runs", hook.runs);
  if (hook.began_before) {
    text += fmt::format(", last began {} ago", format_duration(*hook.began_before));
  }
  if (hook.next_in) text += fmt::format(", next in {}", format_duration(*hook.next_in));
  return text + "\n";
}

std::string to_text(const control::Status& status) {
  std::string text = fmt::format("phase: {}\n", hooks::name_of(status.phase));
  if (status.main_pid > 0) {
    text += fmt::format("main: pid {}, running for {}", status.main_pid,
                        format_duration(status.main_time));
    if (!status.main_proof.empty()) text += fmt::format(", verified ({})", status.main_proof);
    if (status.main_says != hooks::MainSays::nothing) {
      text += fmt::format(", says it is {}", hooks::name_of(status.main_says));
    }
    if (!status.main_text.empty()) text += fmt::format(": {}", status.main_text);
    text += '\n';
  }
  for (const auto& hook : status.hooks) text += hook_row(hook);
  for (const auto& check : status.checks) {
    text += fmt::format("check {} ({}): {}{}{}\n", check.id, hooks::name_of(check.question),
                        hooks::name_of(check.verdict), check.message.empty() ? "" : ": ",
                        check.message);
  }
  if (const auto open = control::names_of(status.unlocked); !open.empty()) {
    text += fmt::format(
        "privileges: the {} could not be locked (CAP_SETPCAP is missing, or the "
        "kernel does not know it)\n",
        fmt::join(open, " and the "));
  }
  text += fmt::format("reaped orphans: {}\ndropped log lines: {}\n", status.orphans,
                      status.dropped_lines);
  for (const auto& nested : status.nested) {
    text +=
        "\nnested pintle:\n" + (nested.silence.empty() ? to_text(nested) : nested.silence + "\n");
  }
  return text;
}

}  // namespace

Json checks_json(const control::Status& status) {
  return checks_of(control::all_checks(status));
}

std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string status_options() {
  return help_for(texts_of(kStatusOptions));
}

int status_command(int argc, char** argv) {
  StatusOptions options;
  const auto operands = parse_options(kStatusOptions, argc, argv, options);
  if (!operands) return fail(ExitCode::usage, operands.error().detail);
  if (operands->first < argc) return fail(ExitCode::usage, "status takes no arguments");
  const auto status = control::ask_status(sys::mount_namespace(), kStatusTimeout);
  if (!status) return fail(ExitCode::unhealthy, status.error().message());
  if (!options.json) return print(to_text(*status));
  return print(dump(to_status_json(*status)));
}

}  // namespace pintle::cli
