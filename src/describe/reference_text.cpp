#include "describe/reference_text.hpp"

namespace pintle::describe {
namespace {

constexpr SectionText kSectionRows[] = {
    {"config", "The document",
     "An object with these keys; none is required. The file is `-c FILE`, otherwise "
     "`$PINTLE_CONFIG`, otherwise `/etc/pintle/pintle.json` if it exists."},
    {"argumentObject", "Arguments that are split or chosen", ""},
    {"startCondition", "Conditions of arguments", ""},
    {"stdin", "Standard input", ""},
    {"group", "Groups of steps",
     "A step of `steps` may be a group. Its condition is asked once, before its first step; what "
     "it "
     "says about user, environment, timeout and the like counts for each of its steps that says "
     "nothing else. Its id can stand in `precedents`, `during` and conditions. Groups may stand in "
     "groups, up to eight deep. A step in it that fails ends the start even if a condition names "
     "the "
     "group. When `finally` runs after a failure or a stop, everything else has been ended, what "
     "runs "
     "`during` the group too."},
    {"forEach", "Once for each file", ""},
    {"stepOutput", "Output to a file or a variable",
     "A variable that a step sets can be used in everything that comes after the step. `pintle "
     "check` refuses a use that may come earlier, and a use in a user, a program or a number, "
     "which pintle checks before anything runs. If the step was skipped, the variable is not set."},
    {"variableCondition", "Value of a variable", ""},
    {"fileContains", "Content of a file", ""},
    {"variable", "Variables",
     "The keys of `environment` are names of variables. A string, a number or a boolean is a fixed "
     "value; an object says where the value comes from. pintle checks all variables before "
     "anything runs: if one has no value or does not match its pattern, pintle reports all of them "
     "and exits with 78."},
    {"main", "Main", "The container's main process. A COMMAND on the command line replaces it."},
    {"backoff", "Back-off",
     "`backoff` is the name of a type, or an object. With `constant` each wait is `initial`; with "
     "`linear` the waits are one, two, three times as long; with `exponential` each is `factor` "
     "times the previous one. No wait is longer than `max`."},
    {"fallbackToFile", "Fall back on a file",
     "`onFailure` may be this object. `{\"action\": \"continue\"}` is the same as `\"continue\"`."},
    {"fallbackToStep", "Fall back on a step",
     "Another step, with its own action and keys, that runs instead. It starts only when the other "
     "has failed, so it has no `precedents`, `condition` or `imageModes`."},
    {"repair", "Run a repair",
     "`onFailure` of a check may be this object: a step to run, and whether pintle stops main if "
     "the check still fails."},
    {"conditionObject", "Conditions",
     "A `condition` is the id of a step, or an object with one of these keys. The id of a step is "
     "true if that step succeeded. pintle waits for a step that a condition names; if that step "
     "fails, the condition is false and the start continues, unless the step itself has "
     "`\"onFailure\": \"abort\"`. Variables, the user, the command and the image mode are known "
     "before the start: a hook whose condition is then false needs no variables and no user."},
    {"limits", "Limits",
     "Resource limits, getrlimit(2). A limit is a number, a size (for limits in bytes), or "
     "`\"unlimited\"`. One value is both soft and hard; to set them separately, write `{\"soft\": "
     "1024, \"hard\": 4096}`."},
    {"sizeLimit", "Limit of a size", ""},
    {"numberLimit", "Limit of a number", ""},
    {"output", "Output to a file", ""},
    {"hookLogging", "Logging of a hook", ""},
    {"schedule", "Schedule",
     "`schedule` is a cron schedule, or an object. Cron times are UTC unless `timezone` is set. If "
     "a run is due while the previous one has not ended, it is skipped by default "
     "(`concurrencyPolicy`). All times that were missed, because the machine was suspended or the "
     "clock was set forward, start one run at once. If the clock is set back by up to a day, no "
     "time runs twice."},
    {"shutdown", "Shutdown",
     "A stop signal starts the shutdown, and pintle forwards it to main. A second one does not "
     "start the grace period again."},
    {"confinement", "Confinement", ""},
    {"init", "Init", ""},
    {"logging", "Logging", "The lines that pintle itself writes to standard error."},
    {"listen", "Listen", ""},
    {"whenObject", "Conditions of a job", "All of its keys must hold."},
    {"tls", "TLS", "How `http`, `grpc` and `wait` use TLS."},
    {"awsSignature", "AWS signature", "How `fetch` signs a request for S3 and the like."},
};

}  // namespace

const SectionText* section_text(std::string_view object) noexcept {
  for (const SectionText& row : kSectionRows) {
    if (row.object == object) return &row;
  }
  return nullptr;
}

constexpr std::string_view kReferenceStart = R"(# Configuration

Made by `pintle schema --format markdown` from the tables that pintle reads a config by. Do not edit
it; `pintle schema > pintle.schema.json` makes the JSON Schema for editors from the same tables:

```jsonc
{
  "$schema": "./pintle.schema.json",
  "user": "app:app",
  "environment": {"DATABASE_URL": {"description": "PostgreSQL URL"}},
  "steps": [
    {"id": "data", "user": "root", "directory": {"path": "/data", "owner": "app:app"}},
    {"id": "database", "wait": {"tcp": "db:5432"}, "timeout": "30s"},
    {"id": "migrate", "command": "/app/migrate", "arguments": ["--url", "$DATABASE_URL"]}
  ],
  "main": {"command": "/usr/bin/python3", "arguments": ["/app/main.py"]},
  "health": [{"id": "web", "http": {"url": "http://127.0.0.1:8080/healthz"}}],
  "maintenance": [{"id": "tidy", "schedule": {"every": "6h"},
                   "prune": {"path": "/data/cache", "olderThan": "7d"}}],
  "shutdown": {"gracePeriod": "25s"}
}
```

A config is JSON (RFC 8259, UTF-8, at most 1 MiB) in which `//` and `/* */` comments are allowed. It
is read strictly: an unknown key, a key that stands twice, a value of another type is an error.
`pintle check FILE` names all of them, each with its line and column, and exits with 78. Keys are
written exactly as here; words such as `info` or `layered` in any case.
)";

constexpr std::string_view kReferenceHooks = R"(
## Hooks

A step (in `steps`), a check (in `health`) and a job (in `maintenance`) are the same thing: one
action, and keys that say when, how often and as whom. A key without kinds belongs to all of them.

A step without `precedents` waits for all steps before it. One that fails, after all its attempts
and without a fallback, ends the start with exit code 80. A check is a process of its own each time;
its verdict is kept and `pintle health` asks for it. A job runs beside main, by its
[schedule](#schedule).
)";

constexpr std::string_view kReferenceActions = R"(
## Actions

A hook has exactly one: `command`, or one of these. They need no program in the image. They compare
first and change only what differs, so they succeed on a read-only root when there is nothing to do.
)";

constexpr std::string_view kReferenceRules = R"(
## Expansion

Every text of a config is expanded by pintle, once, except ids, descriptions, patterns, names of
variables, `startedAs` and `command` of conditions, and lines for the shell. The result is neither
split nor expanded again. What comes from outside is never
expanded: the container's variables and the content of secret files.

| written | is |
|---|---|
| `$NAME` | the value of NAME, the longest name that fits |
| `${NAME}` | the value of NAME |
| `${NAME:-word}` | the value of NAME, or `word` if it is unset or empty |
| `${NAME:+word}` | `word` if NAME has a value that is not empty, else nothing |
| `${NAME:?message}` | the value of NAME; if it is unset or empty, 78 with the message |
| `${NAME@json}` | the value as a JSON string, with its quotation marks |
| `${NAME@sh}`, `${NAME@sql}` | the value in single quotes, for a POSIX shell or for SQL |
| `${NAME@uri}`, `${NAME@base64}` | the value percent-encoded, or in base64 |
| `$$` | `$` |
| `${NOW}` | the time in RFC 3339, at each use |

A word may have variables in it, with words of their own, at most 4 deep. It ends at the first `}`
that closes no variable in it: `\}` is no escape. A `$` before what is no name stays. A name is
looked up in the hook's `environment`, in the top level's, then in the container's environment.
The text of a variable at the top level does not see those of a hook, and its own name means the
one further out: `"JAVA_OPTS": "-Xmx1g ${JAVA_OPTS:-}"` adds to the container's. Variables that
need each other in a circle are an error; so are texts of variables that stand more than 64 deep
one within the other, and values that are made of more than 5,000 texts together.

A name that has no value and no default is exit code 78 before anything runs, unless the variable
is `optional`, or the hook has a `condition` that cannot hold: `{"environment": "CERTIFICATE"}`
excuses `$CERTIFICATE` in its hook. What is made of a secret is one. In lines, a secret is hidden
in each form that a format gives it; but not a value of less than 6 letters that is a secret by
the name of its variable only, nor lines of up to 3 letters of a secret that has several lines.
Numbers, durations, sizes and booleans may be written with variables too: `"timeout":
"${TIMEOUT:-30s}"`.
)";

}  // namespace pintle::describe
