// Worlds as numbers, to know them again, and moves and acts as words, to read them.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/signal_names.hpp"
#include "news_words.hpp"
#include "orders_world.hpp"

namespace orders {
namespace {

/// How long ago; what is longer ago than `most` is over.
std::uint64_t ago(const std::optional<Time>& time, Time now, Duration most) {
  if (!time) return ~0ULL;
  const Time::duration since = now - *time;
  return static_cast<std::uint64_t>(std::min<Time::duration>(since, most).count());
}

std::uint64_t number(int value) {
  return static_cast<std::uint64_t>(value);
}

std::string signal(int number) {
  return pintle::signal_name(number).substr(3);
}

std::string words_of_what(const Move& move, const std::string& who) {
  using What = Move::What;
  constexpr const char* kHow[] = {"well",         "badly",   "by a signal",
                                  "not executed", "skipped", "without a file"};
  switch (move.what) {
    case What::tick:
      return "a second passes";
    case What::due:
      return "time passes until the deadline";
    case What::sleep:
      return "the machine sleeps past the deadline";
    case What::signal:
      return signal(move.number);
    case What::gone:
      return fmt::format("{} ends {}{}{}", who, kHow[static_cast<std::size_t>(move.how)],
                         move.leaves ? ", leaves an orphan" : "", move.more ? ", and more" : "");
    case What::reaped:
      return move.more ? "many are collected" : "all are collected";
    case What::main_stopped:
      return "main is stopped by " + signal(move.number);
    case What::extended:
      return "main asks for more time";
    case What::hurried:
      return who + " is hurried";
    case What::asked:
      return who + " is asked for";
    case What::spoke:
      break;
  }
  return move.number != 0 ? "main says that it is ready" : "main says that it starts";
}

}  // namespace

std::string words_of(const Move& move, const Scene& scene) {
  const std::string who = move.who == kOrphan ? "the orphan" : scene.name(move.who);
  std::string words = words_of_what(move, who);
  if (move.late) words += ", as a deadline comes";
  if (move.unforked != 0) words += fmt::format(", forks fail: {:b}", move.unforked);
  return words;
}

std::string words_of(const Act& act, const Scene& scene) {
  using What = Act::What;
  const std::string who = scene.name(act.who);
  switch (act.what) {
    case What::spawn:
      return "spawn " + who +
             std::string(std::array{"", " if", "?"}.at(static_cast<std::size_t>(act.asks)));
    case What::kill:
      return fmt::format("kill {} {}", who, signal(act.number));
    case What::kill_all:
      return "kill all " + signal(act.number);
    case What::suspend:
      return "suspend";
    case What::resume:
      return "resume";
    case What::tell:
      return fmt::format("{} {}", word_of(act.news), act.news == News::stopping ? "" : who);
    case What::answer:
      return fmt::format("answer {}", act.number);
    case What::quit:
      break;
  }
  return fmt::format("quit {}", act.number);
}

/// What the supervisor shows, and what it must remember because it was told, or told.
std::uint64_t World::digest() const {
  Digest digest;
  digest.add(static_cast<std::uint64_t>(phase_)).add(subject_.deadline(), now_);
  std::vector<std::pair<Who, Digest>> runs;  // of those that are as good as each other, together
  runs.resize(static_cast<std::size_t>(scene_->count()));
  for (Who who = 0; who < scene_->count(); ++who) {
    const Child* child = child_of(who);
    auto& [group, run] = runs[static_cast<std::size_t>(scene_->hook(who).root)];
    group = scene_->hook(who).group;
    run.add(subject_.digest_of_run(who, now_));
    if (child != nullptr) {
      run.add(static_cast<std::uint64_t>(child->asks)).add(child->was_asked ? 2 : 3);
      run.add(child->was_killed ? 2 : 3);
    }
    digest.add(subject_.digest_of_hook(*scene_, who, now_));
    if (scene_->hook(who).part != Part::check || (succeeded_ & bit(who)) != 0) continue;
    const auto& began = check_began_[static_cast<std::size_t>(who)];
    digest.add(ago(began, now_, scene_->hook(who).start_period));
  }
  std::sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first, a.second.value()) < std::pair(b.first, b.second.value());
  });
  for (const auto& [group, run] : runs) digest.add(run.value());
  digest.add(subject_.digest_of_run(kMain, now_));
  for (const Child& child : children_) {
    if (child.who >= 0) continue;
    digest.add(child.who == kMain ? 1 : 2).add(child.was_asked ? 3 : 4);
    digest.add(child.was_killed ? 5 : 6);
  }
  const bool flags[] = {reap_is_pending_, is_unfinished_,         main_was_begun_,
                        main_ran_,        step_failed_,           is_terminated_,
                        main_is_ready_,   main_told_.has_value(), stop_began_.has_value()};
  for (const bool flag : flags) digest.add(flag ? 1 : 0);
  for (const std::uint64_t set : {concluded_, succeeded_, hurried_, repaired_}) digest.add(set);
  const auto& total = scene_->setup().total;
  if (total) digest.add(ago(stop_began_, now_, *total)).add(ago(total_over_, now_, 2s));
  digest.add(ago(main_ended_, now_, 0s)).add(ago(all_killed_, now_, 2s));
  if (!total || !stop_began_) digest.add(ago(all_asked_, now_, 10s));
  digest.add(number(kill_all_)).add(main_code_ == 0 ? 1 : 2).add(number(stop_signals_));
  return digest.value();
}

}  // namespace orders
