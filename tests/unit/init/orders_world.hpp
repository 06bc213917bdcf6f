// A world in which children live and die, clocks go and forks fail as the explorer says, and which
// notices when the supervisor does what it never must.
#pragma once

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "orders_subject.hpp"

namespace orders {

/// What is nobody's child: another one left it behind.
inline constexpr Who kOrphan = -2;

/// Of those that are tried on one move: no fork fails, all do, or also some of them. Which of
/// several that are alike is no difference to World::digest().
enum class Forks : std::uint8_t { succeed, fail_together, fail_each };

/// What may happen beside ends, time and stop signals.
struct Scope {
  Forks forks = Forks::fail_together;
  bool ticks = false;  ///< times between the deadlines
  bool machine_sleeps = false;
  bool many_die = false;  ///< more than are collected in a turn
  bool other_signals = false;
  bool requests = false;  ///< runs of jobs that are asked for
  bool hurries = false;
  bool extensions = false;  ///< of main's grace
  bool words = false;       ///< what main says of itself
  bool main_stops = false;
  bool orphans = false;            ///< a child leaves one of its own behind, if there is none
  bool orphans_are_stuck = false;  ///< in the kernel: SIGKILL does not end them
};

/// How a child ends.
enum class How : std::uint8_t { well, badly, by_signal, not_executed, skipped, no_file };

/// How many files there are at most for a hook that runs once for each.
inline constexpr int kMostFiles = 2;

/// One thing that happens.
struct Move {
  enum class What : std::uint8_t {
    tick,    ///< a second, and nothing is due
    due,     ///< until the next deadline
    sleep,   ///< the machine slept well past it
    signal,  ///< `number`
    gone,    ///< the child of `who`
    reaped,  ///< after deaths with `more`
    main_stopped,
    extended,
    hurried,
    asked,
    spoke,  ///< `number`: whether main is ready
  };
  What what = What::due;
  Who who = kMain;
  int number = 0;
  How how = How::well;
  bool late = false;      ///< a deadline has come as well, and nobody has looked yet
  bool more = false;      ///< there is another dead child to collect
  bool leaves = false;    ///< main leaves an orphan behind
  unsigned unforked = 0;  ///< bit N: the fork number N that is asked for fails
};

struct Child {
  Who who;
  pid_t pid;
  Asks asks = Asks::no;
  bool was_asked = false;   ///< to end
  bool was_killed = false;  ///< by SIGKILL
  bool is_new = false;      ///< it was started on this move
};

/// "TERM", "s1 ends badly", in words.
std::string words_of(const Move& move, const Scene& scene);
std::string words_of(const Act& act, const Scene& scene);

class World {
 public:
  World(const Scene& scene, const Scope& scope);

  /// What may happen now.
  std::vector<Move> moves() const;
  /// Lets it happen, and what the supervisor makes of it.
  void apply(const Move& move);
  /// Goes on to the end: all children do as they are told, or nothing but SIGKILL ends them.
  void finish(bool is_calm);

  bool is_over() const { return quit_at_.has_value(); }
  /// What the supervisor did that it never must; empty if nothing.
  const std::string& fault() const { return fault_; }
  /// Alike for worlds that cannot go on differently.
  std::uint64_t digest() const;
  /// Alike for what the supervisor asked for on the last move, in whatever order.
  std::uint64_t acts() const { return acts_; }
  /// Which of the forks of the last move could fail, in all ways: as Move::unforked.
  std::vector<unsigned> failures() const;

  /// Where moves and acts are to be written, in words.
  std::vector<std::string>* words = nullptr;

 private:
  void perform(const Move& move);
  void ask(const Move& move);
  void die(const Move& move);
  void tell_end(const Child& child, How how, int code);
  bool is_possible_with_files(const Child& child, How how) const;
  void drain();
  void carry_out(const Act& act);
  void spawn(const Act& act);
  void kill(const Act& act);
  void kill_all(const Act& act);
  void apply_notification(const Act& act);
  void conclude(Who step);
  void quit(const Act& act);
  void look();
  void look_at_spawn(const Act& act);
  void look_at_moment(Who who);
  void look_at_children();
  void look_at_total();
  void expect(bool holds, const char* what, Who who = kOrphan);
  void add_deaths(std::vector<Move>& all) const;
  void add_events(std::vector<Move>& all) const;
  bool time_may_pass() const;
  Child* child_of(Who who);
  const Child* child_of(Who who) const { return const_cast<World*>(this)->child_of(who); }
  bool is_stuck(const Child& child) const {
    return child.who == kOrphan && scope_->orphans_are_stuck;
  }
  bool has_to_die(const Child& child) const { return child.was_killed && !is_stuck(child); }
  std::optional<Move> next_of_end(bool is_calm) const;
  template <class What>
  void say(const char* indent, const What& what) const {
    if (words != nullptr) words->push_back(indent + words_of(what, *scene_));
  }
  std::uint64_t bit(Who who) const { return std::uint64_t{1} << static_cast<unsigned>(who); }

  const Scene* scene_;
  const Scope* scope_;
  Subject subject_;
  Time now_{1000h};
  std::string fault_;
  std::uint64_t acts_ = 0;
  unsigned forks_ = 0;
  unsigned unforked_ = 0;
  pid_t last_pid_ = 100;
  int last_ticket_ = 0;

  std::vector<Child> children_;
  std::vector<int> tickets_;  ///< that have no answer
  bool reap_is_pending_ = false;
  bool is_unfinished_ = false;  ///< so many have died that the supervisor was told of more
  Phase phase_ = Phase::init;
  // What the supervisor has been told, or has told.
  bool main_was_begun_ = false;
  bool main_ran_ = false;
  bool step_failed_ = false;
  bool is_terminated_ = false;
  int stop_signals_ = 0;  ///< two stand for more
  bool main_is_ready_ = true;
  int main_code_ = 0;
  int kill_all_ = 0;                ///< the last signal to everything
  std::optional<Time> stop_began_;  ///< from here on the total grace counts
  std::optional<Time> main_told_;   ///< it has a stop signal
  std::optional<Time> main_ended_;
  std::optional<Time> all_asked_;
  std::optional<Time> all_killed_;
  std::optional<Time> total_over_;  ///< when that was first seen
  std::optional<Time> quit_at_;
  std::uint64_t concluded_ = 0;  ///< sets of hooks: steps
  std::uint64_t succeeded_ = 0;  ///< checks that did once
  std::uint64_t hurried_ = 0;    ///< checks that run once more at once
  std::uint64_t repaired_ = 0;   ///< checks whose repair ran since they changed
  std::vector<std::optional<Time>> check_began_;
};

}  // namespace orders
