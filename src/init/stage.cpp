#include "init/stage.hpp"

#include <algorithm>

namespace pintle::init {

using hooks::StepState;

Stage::Stage(const hooks::Graph& graph, std::size_t parallelism, Hooks& hooks,
             const ComponentContext& context)
    : context_(context), steps_(graph, parallelism) {
  for (const hooks::PlannedStep& step : graph) {
    Hook& hook = hooks.at(step.hook);
    hook.component = this;
    hook.task = StepTask{this, places_.size()};
    places_.push_back({hook, step.is_skipped, step.is_condition});
  }
}

bool Stage::drive(Time now) noexcept {
  const auto step = steps_.start_next();
  if (step) start(*step, now);
  return step.has_value();
}

void Stage::start(std::size_t step, Time now) noexcept {
  const StepPlace& place = places_[step];
  const auto wanted = context_.holds(place.hook);
  if (place.is_skipped || wanted == false) {
    steps_.finish(step, StepState::skipped);
    const Skip why = place.is_skipped ? Skip::image_mode : Skip::condition;
    return context_.queue.tell(News::step_skipped, place.hook, static_cast<int>(why));
  }
  // The child checks a condition about files, because a file system may be slow.
  place.hook.run.asks_condition = !wanted;
  context_.attempts.begin(place.hook, now);
  context_.queue.tell(News::step_started, place.hook);
}

void Stage::concluded(const Ended& ended, Time) noexcept {
  Hook& hook = ended.hook;
  const std::size_t step = std::get<StepTask>(hook.task).step;
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
  if (state == StepState::failed) failed_ = &hook;
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
    if (places_[step].hook.id() == id) return steps_.state(step) == StepState::done;
  }
  return false;
}

StepState step_state(const Hook& hook) noexcept {
  const auto& task = std::get<StepTask>(hook.task);
  return task.stage->state(task.step);
}

}  // namespace pintle::init
