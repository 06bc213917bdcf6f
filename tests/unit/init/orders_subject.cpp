#include "orders_subject.hpp"

#include <csignal>

namespace orders {

using namespace pintle;
using init::Owner;

namespace {

config::Model model_of(const std::string& text) {
  config::Problems problems;
  auto model = config::parse(text, {init::actions()}, problems);
  for (const auto& problem : problems) FAIL(problem.message);
  init::add_copies(model);
  return model;
}

Part part_of(const config::Hook& hook) {
  switch (hook.kind) {
    case config::Kind::step:
      return Part::step;
    case config::Kind::check:
      return Part::check;
    case config::Kind::job:
      return Part::job;
    case config::Kind::shutdown:
      break;
  }
  return hook.moment == config::Moment::before ? Part::before : Part::after;
}

init::Rules rules_of(const Setup& setup) {
  init::Rules rules{.is_pid1 = setup.is_pid1, .grace = setup.grace, .total_grace = setup.total};
  rules.stop_signals.set(SIGTERM).set(SIGINT);
  rules.parallelism = setup.parallelism;
  rules.pauses = setup.pauses;
  rules.ends_after_init = setup.ends_after_init;
  return rules;
}

}  // namespace

Scene::Scene(const Setup& setup)
    : setup_(setup), model_(model_of(setup.config)), rules_(rules_of(setup)) {
  config::Problems problems;
  plan_ = hooks::make_plan(model_, config::ImageMode::layered, problems);
  for (const auto& problem : problems) FAIL(problem.message);
  for (std::size_t place = 0; place < model_.hooks.size(); ++place) {
    const std::size_t root = hooks::origin_of(model_, place);
    const config::Hook& first = model_.hooks[root];
    const std::size_t group = first.copy_of == config::kNoHook ? root : first.copy_of;
    Hook& hook = hooks_.emplace_back();
    hook.id = model_.hooks[place].id;
    hook.part = part_of(first);
    hook.root = static_cast<Who>(root);
    hook.group = static_cast<Who>(group);
    hook.may_overlap = first.job.concurrency == config::Concurrency::allow;
    hook.after_main = first.job.after_main;
    const auto threshold = std::max(first.check.failure_threshold, first.check.success_threshold);
    hook.threshold = static_cast<std::uint64_t>(threshold);
    hook.start_period = first.check.start_period.value_or(first.check.interval);
  }
  for (const auto* graph : {&plan_.steps, &plan_.before, &plan_.after}) describe(*graph);
}

void Scene::describe(const hooks::Graph& graph) {
  for (const hooks::PlannedStep& step : graph) {
    for (const std::size_t precedent : step.precedents) {
      hooks_[step.hook].precedents.push_back(static_cast<Who>(graph[precedent].hook));
    }
  }
}

namespace {

struct Translate {
  Who (*number)(Owner);
  using What = Act::What;

  std::optional<Act> operator()(const init::Spawn& a) const {
    return Act{.what = What::spawn, .who = number(a.owner), .asks_condition = a.asks_condition};
  }
  std::optional<Act> operator()(const init::Kill& a) const {
    return Act{.what = What::kill, .who = number(a.owner), .pid = a.pid, .number = a.number};
  }
  std::optional<Act> operator()(const init::KillAll& a) const {
    return Act{.what = What::kill_all, .number = a.number};
  }
  std::optional<Act> operator()(const init::Settle&) const { return std::nullopt; }
  std::optional<Act> operator()(const init::Suspend& a) const {
    return Act{.what = What::suspend, .pid = a.main};
  }
  std::optional<Act> operator()(const init::Resume& a) const {
    return Act{.what = What::resume, .pid = a.main};
  }
  std::optional<Act> operator()(const init::Tell& a) const {
    const Who who = number(a.owner);
    return Act{.what = What::tell, .who = who, .number = a.code, .news = a.news};
  }
  std::optional<Act> operator()(const init::Answer& a) const {
    return Act{.what = What::answer, .who = number(a.owner), .number = a.ticket};
  }
  std::optional<Act> operator()(const init::Quit& a) const {
    return Act{.what = What::quit, .number = a.code};
  }
};

}  // namespace

std::optional<Act> Subject::next(Time now) {
  while (const auto action = supervisor_.next(now)) {
    if (const auto act = std::visit(Translate{&Subject::number}, *action)) return act;
  }
  return std::nullopt;
}

std::uint64_t Subject::digest_of_run(Who who, Time now) const {
  const init::Run& run = supervisor_.run(owner(who));
  Digest digest;
  digest.add(static_cast<std::uint64_t>(run.state));
  if (run.is_busy()) digest.add(static_cast<std::uint64_t>(run.attempt));
  if (run.is_active()) digest.add(run.deadline, now).add(run.remark, now);
  digest.add(run.retry_at, now);
  const bool flags[] = {run.timed_out, run.asks_condition, run.is_replaced, run.ticket != 0};
  for (const bool flag : flags) digest.add(flag ? 1 : 0);
  return digest.value();
}

std::uint64_t Subject::digest_of_hook(const Scene& scene, Who who, Time now) const {
  const Hook& hook = scene.hook(who);
  Digest digest;
  if (hook.root != who || hook.group != who) return 0;
  if (hook.part == Part::check) {
    const health::State& check = supervisor_.check(owner(who));
    digest.add(static_cast<std::uint64_t>(check.verdict())).add(check.due(), now);
    digest.add(std::min(static_cast<std::uint64_t>(check.streak()), hook.threshold));
    digest.add(check.last_succeeded() ? 1 : 0).add(check.has_begun() ? 1 : 0);
  } else if (hook.part == Part::job) {
    const init::Job& job = supervisor_.job(owner(who));
    digest.add(job.timer.due(), now).add(job.skip_was_told ? 1 : 0).add(job.turn ? 1 : 0);
    if (!job.turn) return digest.value();
    digest.add(job.turn->until, now).add(job.turn->ticket != 0 ? 1 : 0);
    digest.add(job.turn->is_replacing ? 1 : 0);
  } else {
    digest.add(static_cast<std::uint64_t>(supervisor_.step(owner(who))));
  }
  return digest.value();
}

}  // namespace orders
