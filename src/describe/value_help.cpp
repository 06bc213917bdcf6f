#include "describe/value_help.hpp"

#include <nlohmann/json.hpp>

namespace pintle::describe {
namespace {

using config::Form;

constexpr ValueHelp kValueRows[] = {
    {"duration", "duration",
     "Numbers with units, the largest first: \"500ms\", \"30s\", \"1m30s\". The units are d, h, m, "
     "s and ms. \"0\" needs no unit. At most ten years."},
    {"positiveDuration", "duration > 0", "A duration that is longer than 0: \"500ms\", \"30s\"."},
    {"size", "size",
     "A whole number with a unit: \"512KiB\", \"64MiB\". The units are B, KiB, MiB, GiB and TiB."},
    {"mode", "mode", "A file mode in octal, as a string: \"0750\"."},
    {"signal", "signal",
     "A name or a number as a string: \"SIGTERM\", \"TERM\", \"15\", \"SIGRTMIN+3\"."},
    {"stopSignal", "signal", "A signal except SIGKILL, SIGSTOP and SIGCHLD."},
    {"cron", "cron",
     "Minute, hour, day of the month, month and day of the week, in UTC: \"*/15 8-18 * * "
     "MON-FRI\"; or @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually. If one of "
     "the two fields of days begins with *, a day must match both fields; otherwise it must match "
     "one of them."},
    {"boolean", "", "true or false."},
    {"scalar", "string, number or boolean",
     "A string, a number or a boolean. The value of a variable is always a string."},
    {"id", "id", "1 to 64 letters, digits, dots, dashes and underscores."},
    {"variableName", "name of a variable",
     "Letters, digits and underscores; the first is not a digit."},
    {"command", "program",
     "A path, or a name that is searched in PATH; variables are expanded. If there are no "
     "\"arguments\" and it has shell syntax, it is a line for /bin/sh -c, in which pintle expands "
     "nothing."},
    {"expandable", "string with variables",
     "A string in which $NAME, ${NAME}, ${NAME:-word}, ${NAME:+word}, ${NAME:?message} and "
     "${NAME@json} (sh, uri, base64, sql) are expanded; $$ becomes $. It must not be empty. If its "
     "variables make it empty, or make a value that would be an error in the config, the start "
     "ends with exit code 78."},
    {"argument", "string with variables, may be empty",
     "A string with variables that may also be empty."},
    {"argumentEntry", "argument",
     "A string with variables; a string that is split into words; or arguments that a condition "
     "chooses."},
    {"listedStep", "step or group", "A step, or a group of steps."},
    {"startCondition", "condition without steps and files",
     "An object with one key. pintle knows whether it is true when the container starts."},
    {"withVariables", "",
     "The same, written with variables: \"${NAME:-default}\". The value is known when the "
     "container starts."},
    {"when", "\"healthy\", \"ready\" or object",
     "healthy, ready, or an object whose keys must all be true."},
    {"condition", "condition",
     "The id of a step, which is true if that step succeeded, or an object with one key."},
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
  return kValueRows;
}

std::string_view value_help(std::string_view name) noexcept {
  for (const ValueHelp& row : kValueRows) {
    if (row.name == name) return row.help;
  }
  return {};
}

std::string json_text(std::string_view text, const Form& form) {
  if (is_json(text, form)) return std::string(text);
  return nlohmann::json(text).dump();
}

}  // namespace pintle::describe
