#include "orders_world.hpp"

#include <algorithm>

namespace orders {
namespace {

/// In which the world would go on for ever.
constexpr int kMostActs = 400;
constexpr int kMostMovesToEnd = 150;

/// What need not be tried together with something else at the same moment.
bool is_rare(const Move& move) {
  using What = Move::What;
  if (move.what == What::gone) return move.how != How::well && move.how != How::badly;
  return move.number != SIGTERM && move.what != What::asked;
}

}  // namespace

World::World(const Scene& scene, const Scope& scope)
    : scene_(&scene),
      scope_(&scope),
      subject_(scene),
      check_began_(static_cast<std::size_t>(scene.count())) {
  subject_.reaped(false, now_);
  drain();
  look();
}

Child* World::child_of(Who who) {
  for (Child& child : children_) {
    if (child.who == who) return &child;
  }
  return nullptr;
}

/// What got SIGKILL dies before anything else takes time, and what is dead is collected.
bool World::time_may_pass() const {
  return !reap_is_pending_ &&
         std::none_of(children_.begin(), children_.end(),
                      [this](const Child& child) { return has_to_die(child); });
}

// --- what may happen ---------------------------------------------------------------------------

std::vector<Move> World::moves() const {
  std::vector<Move> all;
  if (is_over()) return all;
  add_deaths(all);
  if (reap_is_pending_) {
    all.push_back({.what = Move::What::reaped});
    if (is_unfinished_) {
      add_events(all);
    } else if (scope_->many_die) {
      all.push_back({.what = Move::What::reaped, .more = true});
    }
    return all;
  }
  add_events(all);
  const auto deadline = subject_.deadline();
  if (!deadline || !time_may_pass()) return all;
  const std::size_t count = all.size();
  for (std::size_t i = 0; i < count; ++i) {
    Move move = all[i];
    move.late = true;
    if (!move.more && !is_rare(move)) all.push_back(move);
  }
  all.push_back({.what = Move::What::due});
  if (scope_->ticks && *deadline > now_ + 1s) all.push_back({.what = Move::What::tick});
  if (scope_->machine_sleeps) all.push_back({.what = Move::What::sleep});
  return all;
}

void World::add_deaths(std::vector<Move>& all) const {
  // PID 1 kills all at once; anybody else may overlook what has just been forked.
  const bool is_seen = scene_->setup().is_pid1 && kill_all_ == SIGKILL;
  const bool may_leave = scope_->orphans && !is_seen && child_of(kOrphan) == nullptr;
  // Before that nobody asks whether there is any child.
  const bool is_ending = stop_began_ || step_failed_;
  for (const Child& child : children_) {
    if (is_stuck(child)) continue;
    for (const How how :
         {How::well, How::badly, How::by_signal, How::not_executed, How::skipped, How::no_file}) {
      if (how != How::well && child.who == kOrphan) continue;
      if (how == How::skipped && child.asks == Asks::no) continue;
      if (how == How::badly && child.asks == Asks::only) continue;
      if (!is_possible_with_files(child, how)) continue;
      // The same to a hook, so one of the two will do.
      if (how == How::by_signal && !child.was_asked && child.who != kMain) continue;
      if (how == How::not_executed && child.was_asked) continue;
      Move move{.what = Move::What::gone, .who = child.who, .how = how};
      all.push_back(move);
      if (is_rare(move)) continue;
      move.leaves = true;
      if (may_leave && how == How::well) all.push_back(move);
      move.leaves = false;
      move.more = true;
      if (is_ending && children_.size() > 1) all.push_back(move);
    }
  }
}

/// Another attempt is for the same file, and at some time there is no further file.
bool World::is_possible_with_files(const Child& child, How how) const {
  const bool is_for_each = child.who >= 0 && scene_->hook(child.who).is_for_each;
  if (!is_for_each) return how != How::no_file;
  if (how == How::no_file) return !subject_.has_file(child.who);
  return subject_.has_file(child.who) || subject_.files_done(child.who) < kMostFiles;
}

void World::add_events(std::vector<Move>& all) const {
  using What = Move::What;
  all.push_back({.what = What::signal, .number = SIGTERM});
  if (stop_signals_ == 1) all.push_back({.what = What::signal, .number = SIGINT});
  if (scope_->other_signals) all.push_back({.what = What::signal, .number = SIGHUP});
  if (scope_->main_stops) {
    all.push_back({.what = What::main_stopped, .number = SIGTSTP});
    all.push_back({.what = What::main_stopped, .number = SIGSTOP});
  }
  if (scope_->extensions) all.push_back({.what = What::extended});
  if (scope_->words) all.push_back({.what = What::spoke, .number = main_is_ready_ ? 0 : 1});
  for (Who who = 0; who < scene_->count(); ++who) {
    const Hook& hook = scene_->hook(who);
    if (hook.root != who || hook.group != who) continue;
    if (hook.part == Part::check && scope_->hurries) {
      all.push_back({.what = What::hurried, .who = who});
    }
    if (hook.part == Part::job && scope_->requests) {
      all.push_back({.what = What::asked, .who = who});
    }
  }
}

// --- what happens ------------------------------------------------------------------------------

std::vector<unsigned> World::failures() const {
  if (forks_ == 0 || scope_->forks == Forks::succeed) return {};
  if (forks_ == 1 || scope_->forks == Forks::fail_together) return {~0U};
  return {~0U, 1U, ~1U};
}

void World::apply(const Move& move) {
  say("", move);
  acts_ = 0;
  forks_ = 0;
  for (Child& child : children_) child.is_new = false;
  unforked_ = move.unforked;
  if (move.late) now_ = *subject_.deadline();
  perform(move);
  look();
}

void World::perform(const Move& move) {
  using What = Move::What;
  switch (move.what) {
    case What::gone:
      return die(move);
    case What::tick:
      now_ += 1s;
      break;
    case What::due:
      now_ = *subject_.deadline();
      break;
    case What::sleep:
      now_ = *subject_.deadline() + 60s;
      break;
    case What::signal:
      if (move.number != SIGHUP) {
        stop_signals_ = std::min(stop_signals_ + 1, 2);
        if (!stop_began_) stop_began_ = now_;
      }
      subject_.signal(move.number, now_);
      break;
    default:
      ask(move);
  }
  drain();
}

/// What comes over the sockets, or from the kernel besides deaths.
void World::ask(const Move& move) {
  using What = Move::What;
  switch (move.what) {
    case What::reaped:
      is_unfinished_ = move.more;
      reap_is_pending_ = move.more;
      return subject_.reaped(move.more || !children_.empty(), now_);
    case What::main_stopped:
      return subject_.main_stopped(move.number, now_);
    case What::extended:
      return subject_.extended(3s, now_);
    case What::hurried:
      if (child_of(move.who) != nullptr) hurried_ |= bit(move.who);
      return subject_.hurried(move.who, now_);
    case What::asked:
      tickets_.push_back(++last_ticket_);
      return subject_.asked(move.who, last_ticket_, now_);
    case What::spoke:
      main_is_ready_ = move.number != 0;
      return subject_.spoke(main_is_ready_, now_);
    default:
      break;
  }
}

void World::die(const Move& move) {
  const auto place = std::find_if(children_.begin(), children_.end(),
                                  [&](const Child& one) { return one.who == move.who; });
  const Child child = *place;
  children_.erase(place);
  if (move.leaves) children_.push_back({.who = kOrphan, .pid = ++last_pid_});
  constexpr int kCodes[] = {0, 1, 128 + SIGSEGV, 127, 0, 0};
  const int code = child.was_killed ? 128 + SIGKILL : kCodes[static_cast<std::size_t>(move.how)];
  if (child.who == kMain) {
    main_ran_ = move.how != How::not_executed || child.was_killed;
    main_ended_ = now_;
    main_code_ = code;
    if (!stop_began_) stop_began_ = now_;
  } else if (child.who != kOrphan && scene_->hook(child.who).part == Part::check) {
    hurried_ &= ~bit(child.who);
    if (code == 0 && move.how == How::well) succeeded_ |= bit(child.who);
  }
  reap_is_pending_ = true;
  is_unfinished_ = false;
  tell_end(child, move.how, code);
  drain();
  if (move.more) return;
  reap_is_pending_ = false;
  subject_.reaped(!children_.empty(), now_);
  drain();
}

void World::tell_end(const Child& child, How how, int code) {
  if (!child.was_killed && how == How::skipped) return subject_.skipped(child.pid, now_);
  if (!child.was_killed && how == How::no_file) return subject_.no_file(child.pid, now_);
  if (child.who >= 0 && scene_->hook(child.who).is_for_each) subject_.chooses(child.who);
  if (!child.was_killed && how == How::not_executed) {
    return subject_.not_executed(child.pid, now_);
  }
  const bool has_answered = child.asks != Asks::no && (how == How::well || how == How::badly);
  subject_.gone(child.pid, code, now_, has_answered);
}

void World::drain() {
  for (int i = 0; i < kMostActs; ++i) {
    const auto act = subject_.next(now_);
    if (!act) return;
    say("  ", *act);
    const Who who = act->who < 0 ? act->who : scene_->hook(act->who).group;
    const bool is_kill = act->what == Act::What::kill || act->what == Act::What::kill_all;
    Digest digest;
    digest.add(static_cast<std::uint64_t>(act->what)).add(static_cast<std::uint64_t>(who));
    digest.add(static_cast<std::uint64_t>(is_kill ? act->number : static_cast<int>(act->news)));
    acts_ += digest.value();
    carry_out(*act);
  }
  expect(false, "there is something to do for ever");
}

// --- the end -----------------------------------------------------------------------------------

std::optional<Move> World::next_of_end(bool is_calm) const {
  if (reap_is_pending_) return Move{.what = Move::What::reaped};
  for (const Child& child : children_) {
    const bool obeys = child.was_asked && is_calm && !is_stuck(child);
    if (has_to_die(child) || obeys) {
      return Move{.what = Move::What::gone, .who = child.who, .how = How::by_signal};
    }
    if (!is_calm || child.who < 0) continue;
    const Hook& hook = scene_->hook(child.who);
    if (hook.part == Part::before || hook.part == Part::after || hook.after_main) {
      const How how = is_possible_with_files(child, How::well) ? How::well : How::no_file;
      return Move{.what = Move::What::gone, .who = child.who, .how = how};
    }
  }
  if (!stop_began_) return Move{.what = Move::What::signal, .number = SIGTERM};
  if (!subject_.deadline()) return std::nullopt;
  return Move{.what = Move::What::due};
}

void World::finish(bool is_calm) {
  for (int i = 0; i < kMostMovesToEnd && !is_over() && fault_.empty(); ++i) {
    const auto move = next_of_end(is_calm);
    if (!move) return expect(false, "a stop waits for nothing");
    apply(*move);
  }
  expect(is_over(), "a stop comes to no end");
}

}  // namespace orders
