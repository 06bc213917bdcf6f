// The supervisor as "every order of events" knows it: hooks are numbers, events and actions are
// plain values. Whatever else the explorer is made of knows nothing of the supervisor's types.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "actions/action.hpp"
#include "config/parse.hpp"
#include "hooks/plan.hpp"
#include "init/supervisor.hpp"
#include "orders_arena.hpp"

namespace orders {

using namespace std::chrono_literals;
using pintle::Duration;
using pintle::Time;
using pintle::init::Asks;
using pintle::init::News;
using pintle::init::Phase;

/// Whose child it is: a place in Scene::hooks, or main.
using Who = int;
inline constexpr Who kMain = -1;

/// Tells states apart that could go on differently.
class Digest {
 public:
  Digest& add(std::uint64_t value) {
    value_ = (value_ ^ (value + 0x9e3779b97f4a7c15U)) * 0xff51afd7ed558ccdU;
    value_ ^= value_ >> 29U;
    return *this;
  }
  /// How far away; what is over is over, however long.
  Digest& add(const std::optional<Time>& time, Time now) {
    if (!time) return add(~0ULL);
    return add(static_cast<std::uint64_t>(std::max(*time, now).time_since_epoch().count() -
                                          now.time_since_epoch().count()));
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

struct Setup {
  std::string config = "{}";
  std::optional<Duration> grace = 2s;
  std::optional<Duration> total = 8s;
  std::size_t parallelism = 1;
  bool is_pid1 = true;
  bool pauses = false;
  bool ends_after_init = false;
};

enum class Part : std::uint8_t { step, check, job, before, after };

/// What the explorer has to know of a hook.
struct Hook {
  std::string id{};
  Part part = Part::step;         ///< of what it is, or stands in for
  Who root = kMain;               ///< itself, or whom it stands in for or repairs in the end
  Who group = kMain;              ///< its root, or of what that is a copy
  std::vector<Who> precedents{};  ///< of a root: those that must have ended before it
  std::vector<Who> begins{};      ///< of a root: those that must have begun before it
  bool is_final = false;          ///< it is in a `finally`, and runs however its group ended
  bool counts = true;             ///< for parallelism
  bool may_overlap = false;       ///< of a job: Allow
  bool after_main = false;        ///< of a job
  bool is_for_each = false;       ///< it runs once for each of several files
  std::uint64_t threshold = 1;    ///< of a check: further results in a row change nothing
  Duration start_period{};        ///< of a check
};

struct Act {
  enum class What : std::uint8_t { spawn, kill, kill_all, suspend, resume, tell, answer, quit };
  What what;
  Who who = kMain;
  pid_t pid = 0;
  int number = 0;  ///< a signal, a ticket, an exit code
  News news = News::main_started;
  Asks asks = Asks::no;
};

/// A config and its rules, and what they mean.
class Scene {
 public:
  explicit Scene(const Setup& setup);
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  const Setup& setup() const { return setup_; }
  const Hook& hook(Who who) const { return hooks_[static_cast<std::size_t>(who)]; }
  bool has_copies() const {
    return std::any_of(hooks_.begin(), hooks_.end(),
                       [](const Hook& hook) { return hook.root != hook.group; });
  }
  Who count() const { return static_cast<Who>(hooks_.size()); }
  std::string name(Who who) const { return who == kMain ? "main" : hook(who).id; }

 private:
  friend class Subject;
  void describe(const pintle::hooks::Graph& graph);

  Setup setup_;
  pintle::config::Model model_;
  pintle::hooks::Plan plan_;
  pintle::init::Rules rules_;
  std::vector<Hook> hooks_;
  mutable Arena arena_;
  pintle::init::Supervisor* supervisor_ = nullptr;  ///< in the arena, in the state of `active_`
  std::vector<pintle::init::Hook*> its_hooks_{};
  Arena::Image initial_{};
  mutable const class Subject* active_ = nullptr;
};

/// A state of the one supervisor of a scene: parts of that point into it, so its memory is copied.
class Subject {
 public:
  explicit Subject(const Scene& scene) : scene_(&scene), image_(scene.initial_) {}
  Subject(const Subject& other) : scene_(other.scene_), image_(other.image()) {}
  Subject& operator=(const Subject&) = delete;
  ~Subject() {
    if (scene_->active_ == this) scene_->active_ = nullptr;
  }

  void signal(int number, Time now) { note(pintle::init::Signalled{number}, now); }
  void started(Who who, pid_t pid, Time now) {
    note(pintle::init::ChildStarted{hook(who), pid}, now);
  }
  void not_started(Who who, Time now) { note(pintle::init::ChildNotStarted{hook(who)}, now); }
  void gone(pid_t pid, int code, Time now, bool condition_holds) {
    pintle::init::ChildGone event{pid, code, code > 128 ? code - 128 : 0};
    event.condition_holds = condition_holds;
    note(event, now);
  }
  void no_file(pid_t pid, Time now) {
    note(pintle::init::ChildGone{.pid = pid, .code = 0, .signal = 0, .was_last = true}, now);
  }
  /// Its child has chosen a file: that of its last attempt, or the next one.
  void chooses(Who who) {
    pintle::init::Files& files = hook(who)->files;
    if (files.present != files.last) return;
    files.present = {};
    files.present.front() = static_cast<char>('a' + files.count);
  }
  bool has_file(Who who) const {
    const pintle::init::Files& files = hook(who)->files;
    return files.present != files.last;
  }
  int files_done(Who who) const { return hook(who)->files.count; }
  void skipped(pid_t pid, Time now) {
    note(pintle::init::ChildGone{.pid = pid, .code = 0, .signal = 0, .was_skipped = true}, now);
  }
  void not_executed(pid_t pid, Time now) {
    const pintle::init::StartFailure failure{pintle::sys::StartStep::execute, ENOENT};
    note(pintle::init::ChildGone{pid, 127, 0, failure}, now);
  }
  void reaped(bool has_children, Time now) { note(pintle::init::AllReaped{has_children}, now); }
  void main_stopped(int number, Time now) { note(pintle::init::MainStopped{number}, now); }
  void extended(Duration time, Time now) { note(pintle::init::GraceExtended{time}, now); }
  void hurried(Who who, Time now) { note(pintle::init::CheckHurried{hook(who)}, now); }
  void asked(Who who, int ticket, Time now) {
    note(pintle::init::JobAsked{hook(who), ticket}, now);
  }
  void spoke(bool is_ready, Time now) {
    using pintle::hooks::MainSays;
    note(pintle::init::MainSpoke{is_ready ? MainSays::ready : MainSays::starting}, now);
  }

  std::optional<Act> next(Time now);
  std::optional<Time> deadline() const { return live().deadline(); }
  Phase phase() const { return live().phase(); }
  bool is_active(Who who) const { return hook(who)->run.is_active(); }

  /// What can be seen of the run of `who`, and of nothing else.
  std::uint64_t digest_of_run(Who who, Time now) const;
  /// What can be seen of a step, check or job.
  std::uint64_t digest_of_hook(const Scene& scene, Who who, Time now) const;

 private:
  Arena::Image image() const { return scene_->active_ == this ? scene_->arena_.image() : image_; }
  /// The supervisor, in this state.
  pintle::init::Supervisor& live() const;
  pintle::init::Hook* hook(Who who) const {
    pintle::init::Hooks& hooks = live().hooks();
    return who == kMain ? &hooks.main() : scene_->its_hooks_[static_cast<std::size_t>(who)];
  }
  Who number(const pintle::init::Hook* hook) const;
  void note(const pintle::init::Event& event, Time now) {
    pintle::init::Supervisor& supervisor = live();
    const NothingAllocates rule;
    supervisor.note(event, now);
  }

  const Scene* scene_;
  mutable Arena::Image image_;  ///< unless it is the active one
};

}  // namespace orders
