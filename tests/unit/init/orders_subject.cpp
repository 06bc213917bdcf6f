#include "orders_subject.hpp"

#include <csignal>

namespace orders {

using namespace pintle;

namespace {

config::Model model_of(const std::string& text) {
  config::Problems problems;
  auto model = config::parse(text, {actions::specs()}, problems);
  for (const auto& problem : problems) FAIL(problem.message);
  return model;
}

Part part_of(const config::Hook& hook) {
  switch (hook.kind()) {
    case config::Kind::step:
      return Part::step;
    case config::Kind::check:
      return Part::check;
    case config::Kind::job:
      return Part::job;
    case config::Kind::shutdown:
      break;
  }
  return hook.as<config::ShutdownPolicy>().moment == config::Moment::before ? Part::before
                                                                            : Part::after;
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
  init::Hooks all(model_);
  std::vector<const init::Hook*> numbers;
  for (const init::Hook& one : all) numbers.push_back(&one);
  const auto number = [&](const init::Hook& one) {
    return static_cast<Who>(std::find(numbers.begin(), numbers.end(), &one) - numbers.begin());
  };
  for (const init::Hook& one : all) {
    const init::Hook& root = one.root();
    const config::Hook& first = *root.config;
    Hook& hook = hooks_.emplace_back();
    hook.id = one.id();
    hook.part = part_of(first);
    hook.root = number(root);
    hook.is_for_each = !one.config->for_each.empty();
    hook.group = static_cast<Who>(&first - model_.hooks.data());
    if (const auto* job = first.if_is<config::JobPolicy>()) {
      hook.may_overlap = job->concurrency == config::Concurrency::allow;
      hook.after_main = job->after_main;
    }
    if (const auto* check = first.if_is<config::CheckPolicy>()) {
      const auto threshold = std::max(check->failure_threshold, check->success_threshold);
      hook.threshold = static_cast<std::uint64_t>(threshold);
      hook.start_period = check->start_period.value_or(check->interval);
    }
  }
  for (const auto* graph : {&plan_.steps, &plan_.before, &plan_.after}) describe(*graph);
  arena_.fill([this] { supervisor_ = new init::Supervisor(model_, plan_, rules_); });
  for (init::Hook& one : supervisor_->hooks()) its_hooks_.push_back(&one);
  initial_ = arena_.image();
}

void Scene::describe(const hooks::Graph& graph) {
  for (const hooks::PlannedStep& step : graph) {
    hooks_[step.hook].is_final = step.is_final;
    hooks_[step.hook].counts = step.part == hooks::Part::whole;
    if (step.part == hooks::Part::end) continue;
    for (const std::size_t precedent : step.precedents) {
      // The begin of a group, and of what runs during this step, is no end.
      const bool is_begin = graph[precedent].part == hooks::Part::begin;
      auto& before = is_begin ? hooks_[step.hook].begins : hooks_[step.hook].precedents;
      before.push_back(static_cast<Who>(graph[precedent].hook));
    }
  }
}

namespace {

template <class Number>
struct Translate {
  Number number;
  using What = Act::What;

  std::optional<Act> operator()(const init::Spawn& a) const {
    return Act{.what = What::spawn, .who = number(a.hook), .asks = a.asks};
  }
  std::optional<Act> operator()(const init::Kill& a) const {
    return Act{.what = What::kill, .who = number(a.hook), .pid = a.pid, .number = a.number};
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
    const Who who = number(a.hook);
    return Act{.what = What::tell, .who = who, .number = a.code, .news = a.news};
  }
  std::optional<Act> operator()(const init::Answer& a) const {
    return Act{.what = What::answer, .who = number(a.hook), .number = a.ticket};
  }
  std::optional<Act> operator()(const init::Quit& a) const {
    return Act{.what = What::quit, .number = a.code};
  }
};

}  // namespace

init::Supervisor& Subject::live() const {
  if (scene_->active_ != this) {
    if (scene_->active_ != nullptr) scene_->active_->image_ = scene_->arena_.image();
    scene_->arena_.restore(image_);
    scene_->active_ = this;
  }
  return *scene_->supervisor_;
}

Who Subject::number(const init::Hook* hook) const {
  const auto& all = scene_->its_hooks_;
  const auto found = std::find(all.begin(), all.end(), hook);
  return found == all.end() ? kMain : static_cast<Who>(found - all.begin());
}

std::optional<Act> Subject::next(Time now) {
  const auto numbered = [this](const init::Hook* hook) { return number(hook); };
  init::Supervisor& supervisor = live();
  for (;;) {
    std::optional<init::Action> action;
    {
      const NothingAllocates rule;
      action = supervisor.next(now);
    }
    if (!action) return std::nullopt;
    if (const auto act = std::visit(Translate<decltype(numbered)>{numbered}, *action)) return act;
  }
}

std::uint64_t Subject::digest_of_run(Who who, Time now) const {
  const init::Run& run = hook(who)->run;
  Digest digest;
  digest.add(static_cast<std::uint64_t>(run.state));
  if (run.is_busy()) digest.add(static_cast<std::uint64_t>(run.attempt));
  if (who != kMain) {
    const init::Files& files = hook(who)->files;
    digest.add(static_cast<std::uint64_t>(files.count)).add(files.failed > 0 ? 1 : 0);
    digest.add(files.present == files.last ? 0 : 1);
  }
  if (run.is_active()) digest.add(run.deadline, now).add(run.remark, now);
  digest.add(run.retry_at, now);
  digest.add(static_cast<std::uint64_t>(run.asks));
  const bool flags[] = {run.timed_out, run.is_replaced, run.ticket != 0};
  for (const bool flag : flags) digest.add(flag ? 1 : 0);
  return digest.value();
}

std::uint64_t Subject::digest_of_hook(const Scene& scene, Who who, Time now) const {
  const Hook& known = scene.hook(who);
  Digest digest;
  if (known.root != who || known.group != who) return 0;
  if (known.part == Part::check) {
    const hooks::CheckState& check = hook(who)->check();
    digest.add(static_cast<std::uint64_t>(check.verdict())).add(check.due(), now);
    digest.add(std::min(static_cast<std::uint64_t>(check.streak()), known.threshold));
    digest.add(check.last_succeeded() ? 1 : 0).add(check.has_begun() ? 1 : 0);
  } else if (known.part == Part::job) {
    const init::Job& job = hook(who)->job();
    digest.add(job.timer.due(), now).add(job.skip_was_told ? 1 : 0).add(job.pending ? 1 : 0);
    if (!job.pending) return digest.value();
    digest.add(job.pending->until, now).add(job.pending->ticket != 0 ? 1 : 0);
    digest.add(job.pending->is_replacing ? 1 : 0);
  } else {
    digest.add(static_cast<std::uint64_t>(step_state(*hook(who))));
  }
  return digest.value();
}

}  // namespace orders
