#include "init/stage.hpp"

#include <algorithm>
#include <chrono>

namespace pintle::init {

using hooks::Part;
using hooks::StepState;

Stage::Stage(const hooks::Graph& graph, std::size_t parallelism, Hooks& hooks,
             const ComponentContext& context)
    : context_(context), steps_(graph, parallelism) {
  for (const hooks::PlannedStep& step : graph) {
    Hook& hook = hooks.at(step.hook);
    hook.component = this;
    if (step.part != Part::end) hook.task = StepTask{this, places_.size()};
    places_.push_back({hook, step.is_skipped, step.is_condition, step.part, step.end, step.group});
  }
}

bool Stage::drive(Time now) noexcept {
  const auto step = steps_.start_next();
  if (step) start(*step, now);
  return step.has_value();
}

bool Stage::drive_finally(Time now) noexcept {
  const auto step = steps_.start_next_final();
  if (step) start(*step, now);
  return step.has_value();
}

bool Stage::skip_finally() noexcept {
  const auto step = steps_.start_next_final();
  if (!step) return false;
  steps_.finish(*step, StepState::skipped);
  context_.queue.tell(News::step_skipped, places_[*step].hook, static_cast<int>(Skip::no_time));
  return true;
}

bool Stage::is_in_skipped_group(const StepPlace& place) const noexcept {
  return place.group && steps_.state(*place.group) == StepState::skipped;
}

void Stage::start(std::size_t step, Time now) noexcept {
  const StepPlace& place = places_[step];
  if (place.part == Part::end) return end(step, now);
  // The line about the group is enough.
  if (is_in_skipped_group(place)) return steps_.finish(step, StepState::skipped);
  const auto wanted = place.holds ? true : context_.holds(place.hook);
  if (place.is_skipped || wanted == false) {
    steps_.finish(step, StepState::skipped);
    const Skip why = place.is_skipped ? Skip::image_mode : Skip::condition;
    return context_.queue.tell(News::step_skipped, place.hook, static_cast<int>(why));
  }
  if (config::is_group(*place.hook.config) && wanted) {
    place.hook.run.began = now;
    steps_.finish(step, StepState::done);
    return context_.queue.tell(News::step_started, place.hook);
  }
  // Others wait until it is known whether a group, or what runs during them, begins at all.
  const Asks asks = place.part == Part::begin ? Asks::only : Asks::first;
  place.hook.run.asks = wanted ? Asks::no : asks;
  context_.attempts.begin(place.hook, now);
  if (place.hook.run.asks != Asks::only) context_.queue.tell(News::step_started, place.hook);
}

/// Ends a group, or a step that ran during others.
void Stage::end(std::size_t step, Time now) noexcept {
  Hook& hook = places_[step].hook;
  const std::size_t begin = std::get<StepTask>(hook.task).step;
  const bool is_skipped = steps_.state(begin) == StepState::skipped;
  const bool is_group = config::is_group(*hook.config);
  if (!is_group && hook.run.is_active()) {
    if (!hook.run.is_being_ended()) context_.attempts.terminate(hook, now);
    return;
  }
  steps_.finish(step, is_skipped ? StepState::skipped : StepState::done);
  if (!is_group || is_skipped) return;
  Tell news{News::step_done, &hook};
  news.time = std::chrono::duration_cast<Duration>(now - hook.run.began);
  context_.queue.push(news);
}

/// A step that runs during others has begun: those may start.
void Stage::started(Hook& hook) noexcept {
  const auto* task = std::get_if<StepTask>(&hook.task);
  if (task == nullptr || hook.run.asks == Asks::only) return;
  const bool waits =
      places_[task->step].part == Part::begin && steps_.state(task->step) == StepState::running;
  if (waits) steps_.finish(task->step, StepState::done);
}

void Stage::fail(std::size_t step, Hook& hook, News news) noexcept {
  steps_.finish(step, StepState::failed);
  if (!context_.lifecycle.lets_run(hook)) return;
  if (failed_ == nullptr) failed_ = &hook;
  context_.queue.tell(news, hook, hook.run.last_code);
}

/// The child has only checked the condition: what begins with it may start now, or is skipped.
void Stage::concluded_question(const Ended& ended, std::size_t step) noexcept {
  Hook& hook = ended.hook;
  hook.run.asks = Asks::no;
  if (has_failed(ended.outcome)) return fail(step, hook, News::step_failed);
  if (ended.outcome != Outcome::skipped) {
    places_[step].holds = true;
    return steps_.put_back(step);
  }
  steps_.finish(step, StepState::skipped);
  if (context_.lifecycle.lets_run(hook)) {
    context_.queue.tell(News::step_skipped, hook, static_cast<int>(Skip::condition));
  }
}

/// A step that ran during others has ended: because they have, or too early.
void Stage::concluded_beside(const Ended& ended, std::size_t step) noexcept {
  Hook& hook = ended.hook;
  const std::size_t end = places_[step].end;
  if (steps_.state(step) == StepState::running) return fail(step, hook, News::step_failed);
  if (steps_.state(end) != StepState::running) return fail(end, hook, News::step_ended_early);
  steps_.finish(end, StepState::done);
  if (context_.lifecycle.lets_run(hook)) {
    context_.queue.tell(News::step_ended, hook, hook.run.last_code);
  }
}

void Stage::concluded(const Ended& ended, Time) noexcept {
  Hook& hook = ended.hook;
  const std::size_t step = std::get<StepTask>(hook.task).step;
  if (hook.run.asks == Asks::only) return concluded_question(ended, step);
  if (places_[step].part == Part::begin) return concluded_beside(ended, step);
  const bool goes_on =
      hook.is(config::Kind::shutdown) || hook.config->on_failure == config::OnFailure::proceed;
  StepState state = StepState::failed;
  News news = News::step_failed;
  if (ended.outcome == Outcome::skipped) {
    state = StepState::skipped;
    news = News::step_skipped;
  } else if (ended.outcome == Outcome::success) {
    state = ended.fell_back() ? StepState::fell_back : StepState::done;
    news = ended.fell_back() ? News::step_fell_back : News::step_done;
  } else if (places_[step].is_condition && ended.outcome == Outcome::failure &&
             !ended.fell_back()) {
    state = StepState::condition_false;
    news = News::step_false;
  } else if (goes_on) {
    state = StepState::continued;
    news = News::step_continued;
  }
  steps_.finish(step, state);
  // A step that pintle has stopped because its phase is over has not failed by itself.
  if (!context_.lifecycle.lets_run(hook)) return;
  if (state == StepState::failed && failed_ == nullptr) failed_ = &hook;
  context_.queue.tell(news, hook, ended.outcome == Outcome::skipped ? 0 : hook.run.last_code);
}

bool Stage::skip_next(Skip why) noexcept {
  const auto step = steps_.skip_next();
  if (step) context_.queue.tell(News::step_skipped, places_[*step].hook, static_cast<int>(why));
  return step.has_value();
}

const Hook* Stage::held_back() const noexcept {
  for (std::size_t step = 0; step < places_.size(); ++step) {
    if (steps_.is_held_back(step)) return &places_[step].hook;
  }
  return nullptr;
}

bool Stage::has_succeeded(std::string_view id) const noexcept {
  for (std::size_t step = 0; step < places_.size(); ++step) {
    const StepPlace& place = places_[step];
    if (place.hook.id() == id) return steps_.state(place.end) == StepState::done;
  }
  return false;
}

StepState Stage::state(std::size_t step) const noexcept {
  const StepState begin = steps_.state(step);
  if (places_[step].part == Part::whole || begin != StepState::done) return begin;
  const StepState end = steps_.state(places_[step].end);
  return end == StepState::waiting ? StepState::running : end;
}

StepState step_state(const Hook& hook) noexcept {
  const auto& task = std::get<StepTask>(hook.task);
  return task.stage->state(task.step);
}

}  // namespace pintle::init
