#include "describe/value_help.hpp"

#include <nlohmann/json.hpp>

namespace pintle::describe {
namespace {

using config::Form;

constexpr ValueHelp kRows[] = {
    {"duration", "duration",
     "Numbers with units, largest first: \"500ms\", \"30s\", \"1m30s\"; the units are d, h, m, s, "
     "ms. \"0\" needs no unit. At most ten years."},
    {"positiveDuration", "duration > 0", "A duration that is longer than 0: \"500ms\", \"30s\"."},
    {"size", "size",
     "A whole number with a unit: \"512KiB\", \"64MiB\"; the units are B, KiB, "
     "MiB, GiB, TiB."},
    {"mode", "mode", "A file mode in octal, as a string: \"0750\"."},
    {"signal", "signal",
     "A name or a number as a string: \"SIGTERM\", \"TERM\", \"15\", \"SIGRTMIN+3\"."},
    {"stopSignal", "signal", "A signal, but not SIGKILL, SIGSTOP or SIGCHLD."},
    {"cron", "cron",
     "Minute, hour, day of the month, month and day of the week, in UTC: \"*/15 8-18 * * "
     "MON-FRI\"; "
     "or @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually. A day has to fit both "
     "fields of days if one begins with *, else either."},
    {"boolean", "", "true or false."},
    {"scalar", "text, number or boolean", "A text, a number or a boolean; variables are texts."},
    {"id", "id", "1 to 64 letters, digits, dots, dashes and underscores."},
    {"variableName", "name of a variable", "Letters, digits and underscores, no digit first."},
    {"command", "program",
     "A path, or a name that is searched in PATH; variables are expanded. "
     "With shell syntax in it, and without \"arguments\", a line for "
     "/bin/sh -c that pintle leaves as it is."},
    {"expandable", "expanded text",
     "A text in which $NAME, ${NAME}, ${NAME:-word}, ${NAME:+word}, ${NAME:?message} and "
     "${NAME@json} (sh, uri, base64, sql) are expanded; $$ is a $. Not empty, nor may variables "
     "leave it so, or make it what would be an error as it stands: that ends the start with 78."},
    {"argument", "expanded text, may be empty",
     "A text in which variables are expanded, as in an expanded text."},
    {"argumentEntry", "argument",
     "A text in which variables are expanded; a text that is split into words; or arguments that "
     "a condition chooses."},
    {"listedStep", "step or group", "A step, or a group of steps."},
    {"startCondition", "condition without steps and files",
     "An object with one key; its answer is known when the container starts."},
    {"withVariables", "",
     "The same, written with variables: \"${NAME:-default}\"; known when the container starts."},
    {"when", "\"healthy\", \"ready\" or object",
     "healthy, ready, or an object whose keys must all hold."},
    {"condition", "condition",
     "The id of a step, which holds if that step succeeded, or an object "
     "with one key."},
};

bool is_json(std::string_view text, const Form& form) noexcept {
  switch (form.type) {
    case Form::Type::boolean:
    case Form::Type::count:
    case Form::Type::fraction:
    case Form::Type::list:
    case Form::Type::map:
    case Form::Type::object:
      return true;
    case Form::Type::either:
      return text.starts_with('{') || text.starts_with('[') || text == "true" || text == "false" ||
             (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos);
    default:
      return false;
  }
}

}  // namespace

std::span<const ValueHelp> value_helps() noexcept {
  return kRows;
}

std::string_view value_help(std::string_view name) noexcept {
  for (const ValueHelp& row : kRows) {
    if (row.name == name) return row.help;
  }
  return {};
}

std::string json_text(std::string_view text, const Form& form) {
  if (is_json(text, form)) return std::string(text);
  return nlohmann::json(text).dump();
}

}  // namespace pintle::describe
