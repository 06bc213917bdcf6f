// The lives of PID 1 that the tests go through.
#include <cerrno>
#include <csignal>

#include "clients.hpp"
#include "life.hpp"

namespace seam {
namespace {

using OnSignal = Program::OnSignal;
using Event = World::Event;

Event sends(Duration at, int signal, const char* path = nullptr) {
  return {at, [=] { send_signal(path == nullptr ? 1 : pid_of(path), signal); }};
}

Credentials root_without_kill() {
  constexpr std::uint64_t kKill = 1U << 5U;
  Credentials who = Credentials::root();
  who.permitted = who.effective = who.bounding = kAllCapabilities & ~kKill;
  return who;
}

std::vector<Life> starts() {
  return {
      {.name = "main ends by itself",
       .config = R"({"main":{"command":"/main"}})",
       .world = {.programs = {{.path = "/main", .lives = 1s, .code = 3}}},
       .has_config = false,
       .code = 3},
      {.name = "main is killed by a signal, as somebody who was not root",
       .config = R"({"main":{"command":"/main"}})",
       .world = {.programs = {{.path = "/main"}},
                 .events = {sends(1s, SIGSEGV, "/main")},
                 .credentials = Credentials::user(1000)},
       .has_config = false,
       .code = 128 + SIGSEGV},
      {.name = "a step with output, then main, as another user",
       .config = R"({"user":"1000:1000","steps":[{"id":"s","command":"/step","output":"log"}],
                     "main":{"command":"/main"}})",
       .world = {.programs = {{.path = "/step", .lives = 200ms, .writes = "half\nof a line"},
                              {.path = "/main", .lives = 1s, .code = 4}}},
       .code = 4,
       .says = {"step s | half", "step s | of a line", "step s: done"}},
      {.name = "a step fails twice",
       .config = R"({"user":"1000:1000","steps":[{"id":"s","command":"/step","retries":1}],
                     "main":{"command":"/main"}})",
       .world = {.programs = {{.path = "/step", .lives = 200ms, .code = 5}, {.path = "/main"}}},
       .code = 80,
       .says = {"step s: failed", "next attempt"}},
      {.name = "a step times out and leaves something behind",
       .config = R"({"steps":[{"id":"s","command":"/step","timeout":"1s","output":"discard",
                               "onFailure":"continue"}],
                     "main":{"command":"/main"}})",
       .world = {.programs = {{.path = "/step", .leaves = "/left"},
                              {.path = "/left", .on_signal = OnSignal::ignores},
                              {.path = "/main", .lives = 1s}}},
       .says = {"timed out"}},
      {.name = "a step sets a variable of main",
       .config = R"({"user":"1000:1000","steps":[
                     {"id":"s","command":"/step","output":{"variable":"TOKEN"}}],
                     "main":{"command":"/main","arguments":["$TOKEN"]}})",
       .world = {.programs = {{.path = "/step", .lives = 200ms, .writes = "value\n"},
                              {.path = "/main", .lives = 1s, .code = 4}}},
       .code = 4,
       .says = {"step s: done"}},
      {.name = "a step of a group fails beside a server, and the group tidies up",
       .config = R"({"user":"1000:1000","steps":[
                     {"id":"d","during":["g"],"command":"/server"},
                     {"id":"g","condition":{"not":{"fileExists":"/none"}},
                      "steps":[{"id":"s","command":"/step"}],
                      "finally":[{"id":"f","command":"/other"}]}],
                     "main":{"command":"/main"}})",
       .world = {.programs = {{.path = "/server", .on_signal = OnSignal::exits},
                              {.path = "/step", .lives = 200ms, .code = 5},
                              {.path = "/other", .lives = 100ms},
                              {.path = "/main"}}},
       .code = 80,
       .says = {"step s: failed", "step f: done"}},
      {.name = "main cannot be found",
       .config = R"({"user":"1000:1000","main":{"command":"/main"}})",
       .code = 127},
      {.name = "SIGTERM during init",
       .config = R"({"steps":[{"id":"s","command":"/step"}],"main":{"command":"/main"}})",
       .world = {.programs = {{.path = "/step", .signal_time = 300ms}, {.path = "/main"}},
                 .events = {sends(1s, SIGTERM)}},
       .code = 128 + SIGTERM,
       .says = {"SIGTERM: stopping"}},
  };
}

std::vector<Life> stops() {
  const Program polite{
      .path = "/main", .on_signal = OnSignal::exits, .signal_code = 7, .signal_time = 300ms};
  const Program deaf{.path = "/main", .on_signal = OnSignal::ignores};
  return {
      {.name = "SIGTERM, with steps before and after main",
       .config = R"({"user":"1000:1000","main":{"command":"/main"},"shutdown":{
                     "before":[{"id":"b","command":"/before"}],
                     "after":[{"id":"a","command":"/after"}]}})",
       .world = {.programs = {polite,
                              {.path = "/before", .lives = 100ms},
                              {.path = "/after", .lives = 100ms}},
                 .events = {sends(1s, SIGTERM)}},
       .code = 7,
       .says = {"SIGTERM: stopping", "b: done", "a: done"}},
      {.name = "main is deaf, and leaves something that is deaf too",
       .config = R"({"user":"1000:1000","main":{"command":"/main"},
                     "shutdown":{"gracePeriod":"2s","totalGracePeriod":"4s"}})",
       .world = {.programs = {{.path = "/main", .on_signal = OnSignal::ignores, .leaves = "/left"},
                              {.path = "/left", .on_signal = OnSignal::ignores}},
                 .events = {sends(1s, SIGTERM)}},
       .code = 128 + SIGKILL,
       .says = {"did not end within the grace period", "sending SIGKILL to the remaining"}},
      {.name = "main outlives SIGKILL",
       .config = R"({"main":{"command":"/main"},
                     "shutdown":{"gracePeriod":"1s","totalGracePeriod":"2s"}})",
       .world =
           {.programs = {{.path = "/main", .on_signal = OnSignal::ignores, .survives_kill = true}},
            .events = {sends(1s, SIGTERM)}},
       .code = 128 + SIGKILL,
       .says = {"does not end though it was killed"}},
      {.name = "without CAP_KILL main and the rest are signalled by helpers",
       .config = R"({"user":"1000:1000","main":{"command":"/main"},
                     "shutdown":{"gracePeriod":"1s","totalGracePeriod":"3s"}})",
       .world = {.programs = {{.path = "/main", .on_signal = OnSignal::ignores, .leaves = "/left"},
                              {.path = "/left", .on_signal = OnSignal::ignores}},
                 .events = {sends(1s, SIGTERM)},
                 .credentials = root_without_kill()},
       .code = 128 + SIGKILL,
       .says = {"did not end within the grace period"}},
      {.name = "pintle is not PID 1, and an orphan ends",
       .config = R"({"main":{"command":"/main"}})",
       .world = {.programs = {{.path = "/main", .lives = 2s, .code = 1, .leaves = "/left"},
                              {.path = "/left", .leaves = "/orphan"},
                              {.path = "/orphan", .lives = 500ms}},
                 .events = {{1s, [] { send_signal(50, SIGUSR1); }},
                            sends(1500ms, SIGKILL, "/left")},
                 .pid = 50},
       .code = 128 + SIGUSR1},
      {.name = "orphans end, and one does not",
       .config = R"({"main":{"command":"/main"}})",
       .world = {.programs = {{.path = "/main", .lives = 2s, .leaves = "/left"},
                              {.path = "/left", .lives = 1s, .code = 9, .leaves = "/orphan"},
                              {.path = "/orphan", .on_signal = OnSignal::ignores}}},
       .says = {"reaped orphan", "sending SIGKILL to the remaining"}},
      {.name = "PID 1 becomes main's user",
       .config = R"({"user":"1000:1000","init":{"user":"main"},"main":{"command":"/main"}})",
       .world = {.programs = {deaf}, .events = {sends(1s, SIGTERM)}},
       .code = 128 + SIGKILL},
  };
}

std::vector<Life> services() {
  const Program main{.path = "/main"};
  const Event end = sends(5s, SIGTERM);
  return {
      {.name = "a check and a job run",
       .config = R"({"user":"1000:1000","main":{"command":"/main"},
                     "health":[{"id":"c","command":"/check","interval":"2s","timeout":"1s"}],
                     "maintenance":[{"id":"j","command":"/job","schedule":{"every":"3s"},
                                     "output":"log"}]})",
       .world = {.programs = {main,
                              {.path = "/check", .lives = 100ms},
                              {.path = "/job", .lives = 300ms, .writes = "tidied\n"}},
                 .events = {end}},
       .code = 128 + SIGTERM,
       .says = {"check c: healthy", "job j | tidied", "job j: done"}},
      {.name = "a liveness check fails",
       .config = R"({"main":{"command":"/main"},
                     "health":[{"id":"c","kind":"liveness","command":"/check","interval":"1s",
                                "failureThreshold":1,"startPeriod":"0",
                                "onFailure":"terminate"}]})",
       .world = {.programs = {main, {.path = "/check", .lives = 100ms, .code = 1}}},
       .code = 81,
       .says = {"check c: unhealthy", "stopping main"}},
      {.name = "clients ask for the status, checks and a job",
       .config = R"({"main":{"command":"/main"},
                     "health":[{"id":"c","command":"/check","interval":"1h"}],
                     "maintenance":[{"id":"j","command":"/job","schedule":{"every":"1h"}}]})",
       .world = {.programs = {main,
                              {.path = "/check", .lives = 100ms},
                              {.path = "/job", .lives = 300ms, .writes = "tidied\n"}},
                 .events = {{1s, [] { ask_status(); }},
                            {1100ms, [] { read_status(); }},
                            {1200ms, [] { speak_as(7, 0), send_request("now\tc"); }},
                            {1800ms, [] { read_answer(); }},
                            {1900ms, [] { ask_for_job("j"); }},
                            {3s, [] { read_answer(); }},
                            {3100ms, [] { speak_as(7, 1000), send_request("now\tc"); }},
                            {3200ms, [] { read_answer(); }},
                            end}},
       .code = 128 + SIGTERM,
       .says = {"job j: done"},
       .notes = {"status: running", "answer: done", "job j: done in", "only root"}},
      {.name = "main says that it is ready, and an outer socket is told",
       .config = R"({"user":"1000:1000","main":{"command":"/main","notify":true}})",
       .world = {.programs = {main},
                 .events = {{1s, [] { notify_as("/main", "READY=1\nSTATUS=up\n"); }},
                            {3s, [] { ask_status(); }},
                            {3100ms, [] { read_status(); }},
                            end}},
       .has_outer_socket = true,
       .code = 128 + SIGTERM,
       .notes = {"READY=1", "STOPPING=1", "status: running"}},
      {.name = "the child that serves health ends, and is started again",
       .config = R"({"user":"1000:1000","main":{"command":"/main"},
                     "listen":{"health":"127.0.0.1:9"}})",
       .world = {.programs = {main}, .events = {{1s, [] { kill_last_task(); }}, end}},
       .code = 128 + SIGTERM,
       .says = {"listen.health"}},
  };
}

/// Kernels, and ways to run a container, that are not like any other.
std::vector<Life> surroundings_of_life() {
  const Event end = sends(3s, SIGTERM);
  return {
      {.name = "an old kernel, and main keeps a capability",
       .config = R"({"user":"1000:1000","main":{"command":"/main"},
                     "confinement":{"capabilities":["CHOWN"]}})",
       .world = {.programs = {{.path = "/main"}},
                 .events = {end},
                 .lacks = {{"close_range", ENOSYS},
                           {"bind any", EINVAL},
                           {"prctl SET_SECUREBITS", EPERM}}},
       .code = 128 + SIGTERM},
      {.name = "a step with limits, a nice value, a mask and a directory",
       .config = R"({"user":"1000:1000","steps":[{"id":"s","command":"/step","umask":"0077",
                     "nice":5,"limits":{"nofile":64},"workingDirectory":"/","stdin":"inherit"}],
                     "main":{"command":"/main"},"confinement":{"capabilities":["CHOWN"]}})",
       .world = {.programs = {{.path = "/step", .lives = 100ms}, {.path = "/main", .lives = 1s}}},
       .says = {"step s: done"}},
      {.name = "a step whose condition does not hold, and one with a fallback",
       .config = R"({"user":"1000:1000","steps":[
                     {"id":"s","command":"/step","condition":{"fileExists":"/none"}},
                     {"id":"t","command":"/step","onFailure":{
                      "action":"fallback","step":{"id":"f","command":"/other"}}}],
                     "main":{"command":"/main"}})",
       .world = {.programs = {{.path = "/step", .lives = 100ms, .code = 1},
                              {.path = "/other", .lives = 100ms},
                              {.path = "/main", .lives = 1s}}},
       .says = {"s: skipped", "done by its fallback"}},
      {.name = "without CAP_KILL a check times out and leaves something behind",
       .config = R"({"user":"1000:1000","main":{"command":"/main"},
                     "health":[{"id":"c","command":"/check","interval":"1h","timeout":"1s",
                                "failureThreshold":1,"startPeriod":"0"}]})",
       .world = {.programs = {{.path = "/main"},
                              {.path = "/check", .signal_time = 500ms, .leaves = "/left"},
                              {.path = "/left", .on_signal = OnSignal::ignores}},
                 .events = {end},
                 .credentials = root_without_kill()},
       .code = 128 + SIGTERM,
       .says = {"check c: unhealthy: timed out"}},
      {.name = "a terminal stops main, which PID 1 continues",
       .config = R"({"main":{"command":"/main"}})",
       .world = {.programs = {{.path = "/main", .lives = 3s, .code = 2}},
                 .events = {sends(1s, SIGTSTP, "/main"), sends(2s, SIGTTIN, "/main")},
                 .has_terminal = true},
       .code = 2},
      {.name = "a terminal stops main, and pintle with it, until a shell continues both",
       .config = R"({"main":{"command":"/main"}})",
       .world = {.programs = {{.path = "/main", .lives = 3s, .code = 2}},
                 .events = {sends(1s, SIGTSTP, "/main"),
                            {2s, [] { send_signal(50, SIGCONT); }},
                            {3500ms, [] { send_signal(50, SIGCONT); }},
                            {4s, [] { send_signal(50, SIGTERM); }}},
                 .has_terminal = true,
                 .pid = 50},
       .code = 2},
      {.name = "SIGTERM comes before the child of a step has begun",
       .config = R"({"user":"1000:1000","steps":[{"id":"s","command":"/step"}],
                     "main":{"command":"/main"}})",
       .world = {.programs = {{.path = "/step"}, {.path = "/main"}},
                 .events = {sends(0ms, SIGTERM)},
                 .child_delay = 50ms},
       .code = 128 + SIGTERM,
       .says = {"SIGTERM: stopping"}},
      {.name = "a signal comes before main has begun",
       .config = R"({"main":{"command":"/main"}})",
       .world = {.programs = {{.path = "/main"}},
                 .events = {sends(0ms, SIGUSR1)},
                 .child_delay = 50ms},
       .code = 128 + SIGUSR1},
      {.name = "helpers that send signals without CAP_KILL are late",
       .config = R"({"user":"1000:1000","main":{"command":"/main"},
                     "health":[{"id":"c","command":"/check","interval":"1h","timeout":"1s",
                                "failureThreshold":1,"startPeriod":"0"}]})",
       .world = {.programs = {{.path = "/main"},
                              {.path = "/check", .signal_time = 100ms, .leaves = "/left"},
                              {.path = "/left", .on_signal = OnSignal::ignores}},
                 .events = {end},
                 .child_delay = 300ms,
                 .credentials = root_without_kill()},
       .code = 128 + SIGTERM,
       .says = {"is late"}},
      {.name = "another pintle of this container already listens",
       .config = R"({"main":{"command":"/main"},
                     "maintenance":[{"id":"j","command":"/main","schedule":{"every":"1h"}}]})",
       .world = {.programs = {{.path = "/main", .lives = 1s}},
                 .events = {{5ms, answer_as_pintle}, {20ms, answer_as_pintle}},
                 .pid = 50},
       .has_outer_pintle = true,
       .says = {"another pintle of this container already listens"}},
      {.name = "a pause, with a job that is replaced",
       .config = R"({"main":{"pause":true},"maintenance":[{"id":"j","command":"/job",
                     "schedule":{"every":"1s"},"concurrencyPolicy":"Replace"}]})",
       .world = {.programs = {{.path = "/job"}}, .events = {end}},
       .says = {"stopped after"}},
  };
}

}  // namespace

const std::vector<Life>& lives() {
  static const std::vector<Life> all = [] {
    std::vector<Life> some = starts();
    for (auto& more : {stops(), services(), surroundings_of_life()})
      some.insert(some.end(), more.begin(), more.end());
    return some;
  }();
  return all;
}

}  // namespace seam
