#include "init/preflight.hpp"

#include <doctest/doctest.h>
#include <linux/capability.h>

#include "init/child.hpp"
#include "world.hpp"

using namespace world;
using config::Environ;
using config::ImageMode;

namespace {

const sys::Accounts kAccounts{
    "root:x:0:0::/root:\napp:x:1000:1000::/home/app:\nother:x:2000:2000::/:\n", "app:x:1000:\n"};

Surroundings as_uid(uid_t uid) {
  Surroundings around{.environment = {"PATH=/bin", "HOME=/given", "A=container"},
                      .accounts = kAccounts};
  around.self = {.uid = uid, .gid = uid};
  if (uid == 0) around.capabilities.bits = ~std::uint64_t{0};
  return around;
}

struct Refused {
  int code;
  std::string reasons;
};

Refused refused(std::string_view config, const Surroundings& around) {
  const config::Model model = model_of(config);
  const Preflight preflight(model, around);
  std::string reasons;
  for (const std::string& reason : preflight.refusal().reasons) {
    reasons += (reasons.empty() ? "" : "\n") + reason;
  }
  return {static_cast<int>(preflight.refusal().code), reasons};
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("init/preflight") {
  TEST_CASE("all variables that are missing are listed in their order, with their descriptions") {
    const Refused got = refused(R"({
      "environment": {"DB": {"description": "the database"}, "A": {}},
      "steps": [{"id": "s", "command": "x", "arguments": ["$ONE", "$DB", "${TWO:-d}"]},
                {"id": "d", "directory": {"path": "/$THREE", "owner": "$FOUR"}}],
      "health": [{"id": "h", "http": {"url": "http://localhost:$FIVE/"}}],
      "main": {"command": "$SIX", "arguments": []}})",
                                as_uid(0));
    CHECK(got.code == 78);
    CHECK(got.reasons ==
          "the variable DB is not set (the database)\nthe variable ONE is not set\n"
          "the variable THREE is not set\nthe variable FOUR is not set\n"
          "the variable FIVE is not set\nthe variable SIX is not set");
  }

  TEST_CASE("a number without value is missing like any other, and cannot come from a file") {
    const Refused got = refused(R"({
      "parallelism": "$TOP",
      "steps": [{"id": "s", "command": "x", "retries": "$ONE", "timeout": "${TWO}s"},
                {"id": "f", "command": "x", "retries": "${THREE:-3}"}],
      "health": [{"id": "h", "tcp": "127.0.0.1:1", "interval": "$FOUR"}],
      "main": {"command": "m"}})",
                                as_uid(0));
    CHECK(got.code == 78);
    CHECK(got.reasons ==
          "the variable TOP is not set\nthe variable ONE is not set\n"
          "the variable TWO is not set\nthe variable FOUR is not set");
  }

  TEST_CASE("a condition on a variable sees the hook's own entries") {
    const config::Model model = model_of(R"({"environment": {"TOP": "1"}, "steps": [
        {"id": "a", "command": "x", "environment": {"OWN": "1"}}, {"id": "b", "command": "x"}]})");
    const Preflight preflight(model, as_uid(0));
    const auto is_set = [&](std::size_t place, const std::string& name) {
      return preflight.recipes()
          .of(model.hooks[place])
          .known_leaf({.type = config::Condition::Type::variable, .text = name});
    };
    CHECK(is_set(0, "OWN") == true);
    CHECK(is_set(1, "OWN") == false);
    CHECK(is_set(1, "TOP") == true);
    CHECK(is_set(1, "A") == true);
    CHECK(is_set(0, "NONE") == false);
  }

  TEST_CASE("what is refused shows no secret, nor one whose end was cut off") {
    Surroundings around = as_uid(0);
    around.image_mode = ImageMode::prebuilt;
    around.environment = {"PATH=/bin", "A_TOKEN=s3cr3t", "B_KEY=line\nline"};
    const config::Model model = model_of(R"({"user": "root", "steps": [
        {"id": "s", "command": "/$A_TOKEN/sh"}, {"id": "t", "command": "/$B_KEY/sh"}],
        "main": {"command": "m"}})");
    const Preflight preflight(model, around);
    CHECK(preflight.refusal().code == ExitCode::refused);
    CHECK(contains(preflight.refusal().reasons.at(0), "step s: '/***/sh' is a shell"));
    CHECK(contains(preflight.refusal().reasons.at(1), "step t: '/***/sh' is a shell"));
    CHECK(preflight.recipes().secrets().scrub("a s3cr3t, s3cr") == "a ***, s3cr");
    CHECK(preflight.recipes().secrets().scrub_cut("a s3cr3t, s3cr") == "a ***, ***");
    CHECK(preflight.recipes().secrets().scrub_cut("a line\nli") == "a ***\nli");
    CHECK(preflight.recipes().secrets().scrub_cut("a s3cr3t, s3c") == "a ***, s3c");
    CHECK(preflight.recipes().secrets().scrub_cut("") == "");
    CHECK(preflight.recipes().secrets().scrub("one line of it") == "one *** of it");
  }

  TEST_CASE("a shell's line and a COMMAND from the command line are not expanded by us") {
    CHECK(refused(R"({"steps":[{"id":"s","command":"echo $NO"}]})", as_uid(0)).code == 0);
    Surroundings literal = as_uid(0);
    literal.literal_words = 2;
    const config::Model model = model_of(R"({"main":{"command":"$NO","arguments":["$A"]}})");
    const Preflight preflight(model, literal);
    CHECK(preflight.refusal().code == ExitCode::ok);
    CHECK(child_of(preflight.recipes().main()).argv == Lines{"$NO", "$A"});
  }

  TEST_CASE("words that follow main's arguments are not expanded, and those before them are") {
    Surroundings appended = as_uid(0);
    appended.environment = {"WHO=me"};
    appended.literal_words = 1;
    const config::Model model =
        model_of(R"({"main":{"command":"echo","arguments":["$WHO", "$WHO"]}})");
    CHECK(child_of(Preflight(model, appended).recipes().main()).argv ==
          Lines{"echo", "me", "$WHO"});
  }

  TEST_CASE("a user that is not known is a config error, named with who wants it") {
    const Refused got = refused(R"({"user":"nobody","main":{"command":"x"}})", as_uid(0));
    CHECK(got.code == 78);
    CHECK(contains(got.reasons, "main: cannot use user 'nobody'"));
    CHECK(refused(R"({"user":"nobody","main":{"command":"x"}})", as_uid(1000)).code == 0);
    CHECK(refused(R"({"steps":[{"id":"s","command":"x","user":"bob"}]})", as_uid(1000)).code == 78);
  }

  TEST_CASE("who is not root refuses hooks of another user, all of them in one line") {
    const Refused got = refused(R"({"user":"other","main":{"command":"x"},"steps":[
      {"id":"a","command":"x","user":"root"},{"id":"b","command":"x","user":"other"},
      {"id":"c","command":"x","user":"app"},{"id":"d","command":"x"},
      {"id":"e","directory":{"path":"/"},"user":"root"},
      {"id":"f","command":"x","user":"0:1"}]})",
                                as_uid(1000));
    CHECK(got.code == 83);
    CHECK(contains(got.reasons, "step a (root), step f (0:1);"));
    CHECK_FALSE(contains(got.reasons, "step e"));
  }

  TEST_CASE("root without the capabilities to step down refuses, and names them") {
    Surroundings around = as_uid(0);
    around.capabilities = sys::CapabilitySet{}.add(CAP_SETGID);
    const char* const config = R"({"user":"app","main":{"command":"x"}})";
    CHECK(refused(config, around).code == 83);
    CHECK(contains(refused(config, around).reasons, "the capabilities SETUID are missing"));
    CHECK(refused(R"({"main":{"command":"x"}})", around).code == 0);
    CHECK(refused(config, as_uid(0)).code == 0);
  }

  TEST_CASE("prebuilt refuses a shell, and a main that is root by accident") {
    Surroundings around = as_uid(0);
    around.image_mode = ImageMode::prebuilt;
    struct Row {
      const char* config;
      int code;
    };
    const Row rows[] = {
        {R"({"main":{"command":"x"}})", 83},
        {R"({"main":{"command":"x","user":"root"}})", 0},
        {R"({"user":"root","main":{"command":"x"}})", 0},
        {R"({"user":"app","main":{"command":"x"}})", 0},
        {R"({"user":"app","main":{"command":"x y"}})", 83},
        {R"({"user":"app","main":{"command":"x"},"steps":[{"id":"s","command":"a; b"}]})", 83},
        {R"({})", 0},
    };
    for (const Row& row : rows) {
      CAPTURE(row.config);
      CHECK(refused(row.config, around).code == row.code);
      CHECK(refused(row.config, as_uid(0)).code == 0);
    }
  }

  TEST_CASE("capabilities that main is to keep must exist and be there") {
    Surroundings around = as_uid(0);
    const char* const keeps = R"({"user":"app","main":{"command":"x"},
                                  "confinement":{"capabilities":["NET_BIND_SERVICE"]}})";
    CHECK(refused(keeps, around).code == 0);
    around.capabilities.bits &= ~(std::uint64_t{1} << CAP_NET_BIND_SERVICE);
    CHECK(refused(keeps, around).code == 83);
    CHECK(refused(R"({"confinement":{"capabilities":["FLY"]}})", around).code == 78);
  }

  TEST_CASE("a child is what its hook says, in its user's environment") {
    const config::Model model = model_of(R"({"user":"app","workingDirectory":"/srv",
      "steps":[{"id":"s","command":"tool","arguments":["$A b","$$"],"umask":"027",
                "environment":{"B":"1"}},
               {"id":"sh","command":"echo $A","user":"root"}],
      "main":{"command":"bin/app","arguments":[]}})");
    const Preflight preflight(model, as_uid(0));
    const sys::Child step = child_of(preflight.recipes().hooks()[0]);
    CHECK(step.argv == Lines{"tool", "container b", "$"});
    CHECK(step.candidates == Lines{"/bin/tool"});
    CHECK(step.environment ==
          Environ{"PATH=/bin", "B=1", "HOME=/home/app", "USER=app", "LOGNAME=app"});
    CHECK(step.directory == "/srv");
    CHECK(step.umask == 027);
    CHECK(step.placement == sys::Placement::session);
    CHECK(step.step_down.identity->uid == 1000);
    CHECK(step.step_down.no_new_privileges);
    CHECK(child_of(preflight.recipes().hooks()[1]).argv == Lines{"/bin/sh", "-c", "echo $A"});
    CHECK(preflight.recipes().hooks()[1].identity().uid == 0);
    const sys::Child main = child_of(preflight.recipes().main());
    CHECK(main.candidates == Lines{"bin/app"});
    CHECK(main.placement == sys::Placement::group);
    CHECK(config::get(main.environment, "A") == "container");
    CHECK(config::get(main.environment, "HOME") == "/home/app");
  }

  TEST_CASE("started as main's user, everything stays as the container gave it") {
    const config::Model model = model_of(R"({"user":"app","main":{"command":"x"}})");
    const Preflight preflight(model, as_uid(1000));
    const sys::Child main = child_of(preflight.recipes().main());
    CHECK(main.step_down.identity == nullptr);
    CHECK(config::get(main.environment, "HOME") == "/given");
    CHECK(preflight.recipes().other_uids().empty());
  }

  TEST_CASE("without root a user that cannot be followed is said, whether it exists or not") {
    const auto remarks = [](const std::string& user) {
      const config::Model model = model_of(R"({"user":")" + user +
                                           R"(","main":{"command":"x"},"steps":[{"id":"s",)"
                                           R"("command":"y"}]})");
      const Preflight preflight(model, as_uid(1000));
      CHECK(preflight.refusal().code == ExitCode::ok);
      CHECK(config::get(child_of(preflight.recipes().main()).environment, "HOME") == "/given");
      return preflight.remarks();
    };
    for (const char* same : {"1000", "1000:1000", "app"}) CHECK(remarks(same).empty());
    for (const std::string user : {"1001", "1001:1001", "other", "nosuch", "2000", "1000:no"}) {
      CAPTURE(user);
      CHECK(remarks(user) ==
            Lines{"started as uid 1000: everything runs as that, not as \"" + user + "\""});
    }
    const config::Model model = model_of(R"({"user":"4000","main":{"command":"x"}})");
    CHECK(Preflight(model, as_uid(4000)).remarks().empty());
    const auto hook = [](const std::string& user) {
      return R"({"main":{"command":"x"},"steps":[{"id":"s","command":"y","user":")" + user +
             R"("}]})";
    };
    CHECK(refused(hook("4000"), as_uid(4000)).code == 0);
    CHECK(refused(hook("4001"), as_uid(4000)).code == 83);
    CHECK(refused(hook("nosuch"), as_uid(4000)).code == 78);
    CHECK(refused(hook("4000"), as_uid(0)).code == 78);
  }

  TEST_CASE("PID 1 keeps what the hooks that are left need, and no more") {
    const auto needed = [](const char* config, const Surroundings& around) {
      const config::Model model = model_of(config);
      const auto set = Preflight(model, around).recipes().needed_after_init();
      return set ? sys::capability_names(*set) : "everything";
    };
    const Surroundings root = as_uid(0);
    CHECK(needed(R"({"user":"app"})", root) == "KILL");
    CHECK(needed(R"({"user":"app","health":[{"id":"h","command":"x"}]})", root) ==
          "KILL, SETGID, SETUID");
    CHECK(needed(R"({"health":[{"id":"h","command":"x"}]})", root) == "everything");
    CHECK(needed(R"({"user":"app","steps":[{"id":"s","command":"x","user":"root"}]})", root) ==
          "KILL");
    Surroundings no_kill = root;
    no_kill.capabilities.bits &= ~(std::uint64_t{1} << CAP_KILL);
    CHECK(needed(R"({"user":"app"})", no_kill) == "KILL, SETUID");
  }
}
