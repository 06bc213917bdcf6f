#include "actions/action.hpp"

#include <algorithm>

#include "use.hpp"

using namespace pintle;

namespace {

bool is_probe(const config::ActionSpec* spec) {
  const auto all = actions::probes();
  return std::any_of(all.begin(), all.end(), [&](const auto* one) { return &one->spec == spec; });
}

}  // namespace

TEST_SUITE("actions/action") {
  TEST_CASE("a text that is checked has a pattern, and an example that passes") {
    for (const config::ActionSpec* action : actions::specs()) {
      for (const config::KeyInfo& key : keys_of(*action)) {
        CAPTURE(action->name);
        CAPTURE(key.name);
        const config::TextKind* kind = key.form.kind;
        if (kind == nullptr) continue;
        CHECK((kind->check == nullptr) == (kind->pattern == nullptr));
        CHECK(config::check_text(*kind, std::string(key.example)).empty());
      }
    }
  }

  TEST_CASE("a probe is what checks may use, and can be done from a command line") {
    for (const config::ActionSpec* action : actions::specs()) {
      CAPTURE(action->name);
      CHECK(is_probe(action) == (action->kinds == config::kChecks));
    }
    for (const actions::Action* probe : actions::probes()) CHECK_FALSE(probe->command.empty());
  }

  TEST_CASE("a use whose text is empty does nothing, whoever asks") {
    const config::Environ environ;
    const config::Variables none;
    const config::Scope scope(environ, none, none);
    const sys::Accounts accounts;
    const config::Builtin use = actions::Use(actions::kDirectory).builtin();
    const auto done = actions::perform(use, {accounts, scope});
    REQUIRE_FALSE(done);
    CHECK(done.error().message() == "cannot perform 'directory': its \"path\" is empty");
    CHECK_FALSE(actions::needs_nothing(use, {accounts, scope}));
  }
}
