#include "cli/plan_text.hpp"

#include <fmt/format.h>

#include <chrono>

#include "base/text.hpp"
#include "cli/dry_run.hpp"
#include "cli/next_runs.hpp"

namespace pintle::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// A word of a command, in quotes where one could not tell where it ends.
std::string word_text(const Json& word) {
  if (word.is_object()) return word.dump(-1, ' ', false, Json::error_handler_t::replace);
  const auto text = word.get<std::string>();
  const bool is_plain = !text.empty() && text.find_first_of(" \t\r\n\"\\") == std::string::npos;
  return is_plain ? text : word.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string action_text(const Json& action) {
  const auto first = action.begin();
  const std::string& name = first.key();
  const Json& value = first.value();
  if (name == "shell") return fmt::format("/bin/sh -c {}", value.dump());
  std::string text = name == "command" ? word_text(value) : name;
  if (name == "command") {
    for (const Json& word : action["arguments"]) text += " " + word_text(word);
    return one_line(text);
  }
  for (const auto& [key, param] : value.items()) text += fmt::format(" {}={}", key, text_of(param));
  return one_line(text);
}

/// With the day of the week, by which one sees whether a cron says what is meant.
std::string time_text(const Json& time) {
  const auto text = time.get<std::string>();
  const auto date = parse_time(std::string_view(text).substr(0, 10));
  const std::chrono::weekday day(
      std::chrono::floor<std::chrono::days>(date.value_or(schedule::WallTime())));
  constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  return fmt::format("{} {}", kDays[day.c_encoding()], text);
}

std::string next_text(const Json& times) {
  if (times.is_null()) return "│    next unknown: a variable of its schedule has no value\n";
  if (times.empty()) return "│    next never by itself\n";
  std::string text;
  for (const Json& time : times) {
    text += fmt::format("│    {} {}\n", text.empty() ? "next" : "    ", time_text(time));
  }
  return text;
}

/// What is told of a hook where its plan has it, in this order.
constexpr const char* kShownKeys[] = {"verify",
                                      "umask",
                                      "environment",
                                      "useSystemEnvironment",
                                      "commandLine",
                                      "subcommands",
                                      "runsAlone",
                                      "signals",
                                      "group",
                                      "finally",
                                      "during",
                                      "forEach",
                                      "output",
                                      "after",
                                      "condition",
                                      "timeout",
                                      "retries",
                                      "onFailure",
                                      "kind",
                                      "interval",
                                      "schedule",
                                      "timezone",
                                      "every",
                                      "jitter",
                                      "runOnStart",
                                      "concurrencyPolicy",
                                      "startingDeadline",
                                      "when",
                                      "afterMain"};

/// One hook, a line for what it does and one for each thing to know about it.
std::string hook_text(const Json& hook) {
  std::string text;
  if (hook.contains("id")) {
    const bool is_skipped = hook.contains("skipped");
    text += fmt::format("├─ {}{}\n", text_of(hook["id"]),
                        is_skipped ? " (skipped: not for this image mode)" : "");
  }
  text += fmt::format("│    {}\n│    as {}\n", action_text(hook["action"]), text_of(hook["user"]));
  if (hook.contains("fallback")) {
    text += fmt::format("│    else {}\n", action_text(hook["fallback"]));
  }
  if (hook.contains("repair")) text += fmt::format("│    repair {}\n", action_text(hook["repair"]));
  for (const char* const key : kShownKeys) {
    if (!hook.contains(key) || (hook[key].is_array() && hook[key].empty())) continue;
    std::string value = text_of(hook[key]);
    if (std::string_view(key) == "environment") {
      value.clear();
      for (const auto& [name, source] : hook[key].items()) {
        value += fmt::format("{}{} ({})", value.empty() ? "" : ", ", name, text_of(source));
      }
    }
    if (hook[key].is_array()) {
      value.clear();
      for (const Json& id : hook[key]) value += (value.empty() ? "" : ", ") + text_of(id);
    }
    text += fmt::format("│    {} {}\n", key, one_line(value));
  }
  if (hook.contains("next")) text += next_text(hook["next"]);
  for (const std::string& line : dry_run_lines(hook)) text += fmt::format("│    {}\n", line);
  return text;
}

std::string main_text(const Json& main) {
  if (main.is_null()) return "     from the command line\n";
  return main.contains("pause") ? "     none: pintle stays until it is stopped\n" : hook_text(main);
}

}  // namespace

std::string plan_text(const Json& plan) {
  std::string text = fmt::format("image mode: {}\n", text_of(plan["imageMode"]));
  if (plan.contains("at")) text += fmt::format("main starts at {}\n", text_of(plan["at"]));
  if (plan.contains("environment")) {
    text += "environment\n";
    for (const auto& [name, source] : plan["environment"].items()) {
      text += fmt::format("├─ {} ({})\n", name, text_of(source));
    }
  }
  for (const char* part : {"steps", "checks", "jobs"}) {
    if (plan[part].empty()) continue;
    text += fmt::format("{}\n", part);
    for (const Json& hook : plan[part]) text += hook_text(hook);
  }
  text += "main\n" + main_text(plan["main"]);
  for (const char* part : {"before", "after"}) {
    if (plan["shutdown"][part].empty()) continue;
    text += fmt::format("shutdown, {} main\n", part);
    for (const Json& hook : plan["shutdown"][part]) text += hook_text(hook);
  }
  if (plan.contains("init")) text += "init\n     takes main's user when the steps are done\n";
  for (const Json& note : plan["notes"]) text += fmt::format("note: {}\n", text_of(note));
  return text;
}

}  // namespace pintle::cli
