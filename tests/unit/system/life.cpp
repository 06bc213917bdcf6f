#include "life.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

#include "actions/action.hpp"
#include "base/log.hpp"
#include "clients.hpp"
#include "config/parse.hpp"
#include "sys/local_socket.hpp"

namespace seam {
namespace {

using namespace pintle;

config::Model parse(const std::string& text, config::Problems& problems) {
  auto model = config::parse(text, {actions::specs()}, problems);
  if (!problems.empty()) throw std::runtime_error(problems.front().message);
  return model;
}

init::Surroundings surroundings(const Life& life) {
  const Credentials& who = life.world.credentials;
  init::Surroundings around;
  around.self = {
      .uid = who.uids[0], .gid = who.gids[0], .groups = {who.groups, who.groups + who.group_count}};
  around.capabilities.bits = who.effective;
  around.bounding.bits = who.bounding;
  around.has_terminal = life.world.has_terminal;
  return around;
}

}  // namespace

Start::Start(const Life& life)
    : life_(life),
      model_(parse(life.config, problems_)),
      plan_(hooks::make_plan(model_, config::ImageMode::layered, problems_)),
      preflight_(model_, surroundings(life)) {
  const init::Refusal& refusal = preflight_.refusal();
  if (!refusal.is_none()) throw std::runtime_error(refusal.reasons.front());
}

Outcome Start::run(const Failure& failure) const {
  return run_machine(life_.world, failure, [this](const Fd& signals) { return run_loop(signals); });
}

init::End Start::run_loop(const Fd& signals) const {
  log::open();
  init::Rules rules{.is_pid1 = life_.world.pid == 1};
  rules.stop_signals.set(SIGTERM).set(SIGINT);
  rules.pauses = model_.main.pauses;
  if (life_.has_config) {
    rules.grace = model_.shutdown.grace_period;
    rules.total_grace = model_.shutdown.total_grace_period;
  }
  rules.known_leaf = [this](const config::Hook& hook, const config::Condition& leaf) {
    return recipes().of(hook).known_leaf(leaf);
  };
  // Anybody's abstract sockets are in one namespace.
  const std::string mounts = fmt::format("fake-{}", ::getpid());
  Addresses addresses{.mount_namespace = mounts};
  init::LoopSetup setup{.model = model_,
                        .plan = plan_,
                        .recipes = recipes(),
                        .rules = std::move(rules),
                        .signals = signals,
                        .mount_namespace = mounts,
                        .warn_on_reap = true};
  if (model_.main.notify != config::Notify::none) {
    setup.notify = *sys::listen_for_requests(sys::Descriptors::closed);
    addresses.notify = setup.notify.name;
  }
  if (!model_.listen.health.empty()) {
    setup.health_port = std::move(sys::listen_anywhere()->socket);
  }
  set_addresses(std::move(addresses));
  if (life_.has_outer_pintle) {
    open_pintle(mounts);
    speak_as(1, 0);
  }
  if (life_.has_outer_socket) setup.outer_notify = open_outer_socket();
  auto end = simulate([&] { return init::run(std::move(setup)); });
  if (life_.has_outer_socket) read_outer_socket();
  return end;
}

}  // namespace seam
