#include "orders_explorer.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <type_traits>

namespace orders {
namespace {

constexpr std::size_t kEndsOneOf = 32;     ///< states from which a stop is followed to its end
constexpr std::size_t kTwinsOneOf = 128;   ///< states met again that are compared
constexpr std::size_t kCopiesOneOf = 512;  ///< states that are come to without copies as well

/// The way that is gone, for an assertion of the supervisor that fails on it.
struct {
  const Scene* scene = nullptr;
  std::vector<Move> moves{};
} current;

void tell_way(int) {
  std::string text = "on this way:\n";
  for (const Move& move : current.moves) text += words_of(move, *current.scene) + '\n';
  (void)!::write(STDERR_FILENO, text.data(), text.size());
}

/// Tells the way when a program aborts, once; then whoever else wants to know does.
class WhileExploring {
 public:
  explicit WhileExploring(const Scene& scene) {
    current = {&scene, {}};
    struct sigaction ours {};
    ours.sa_handler = tell_way;
    ours.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGABRT, &ours, &before_);
  }
  ~WhileExploring() { ::sigaction(SIGABRT, &before_, nullptr); }
  WhileExploring(const WhileExploring&) = delete;
  WhileExploring& operator=(const WhileExploring&) = delete;

 private:
  struct sigaction before_ {};
};

/// A copy, or where there can be none the same way once more.
template <class W>
std::unique_ptr<W> branch(const W& world, const Scene& scene, const Scope& scope,
                          const std::vector<Move>& moves) {
  if constexpr (std::is_copy_constructible_v<W>) {
    return std::make_unique<W>(world);
  } else {
    auto again = std::make_unique<W>(scene, scope);
    for (const Move& move : moves) again->apply(move);
    return again;
  }
}

}  // namespace

Explorer::Explorer(const Scene& scene, const Scope& scope) : scene_(scene), scope_(scope) {}

std::vector<Move> Explorer::way_to(std::size_t node) const {
  std::vector<Move> moves;
  for (; node != 0; node = nodes_[node].parent) moves.push_back(nodes_[node].move);
  std::reverse(moves.begin(), moves.end());
  return moves;
}

/// Nodes beside each other have most of their way in common: the worlds along the last one are
/// kept.
const World& Explorer::at(std::size_t node) {
  std::vector<std::size_t> way{node};
  while (way.back() != 0) way.push_back(nodes_[way.back()].parent);
  std::reverse(way.begin(), way.end());
  std::size_t known = 0;
  while (known < std::min(way.size(), along_.size()) && along_[known].first == way[known]) ++known;
  along_.resize(known);
  if (known == 0) along_.emplace_back(way[known++], std::make_unique<World>(scene_, scope_));
  for (; known < way.size(); ++known) {
    auto next = branch(*along_.back().second, scene_, scope_, way_to(way[known - 1]));
    next->apply(nodes_[way[known]].move);
    along_.emplace_back(way[known], std::move(next));
  }
  return *along_.back().second;
}

/// Visits what each move leads to.
template <class Visit>
void Explorer::go_on(std::size_t node, const Visit& visit) {
  const World& here = at(node);
  const std::vector<Move> before = current.moves = way_to(node);
  const auto go = [&](const Move& move) {
    const auto next = branch(here, scene_, scope_, before);
    current.moves.push_back(move);
    next->apply(move);
    current.moves.pop_back();
    visit(*next, move);
    return next->failures();
  };
  for (Move move : here.moves()) {
    for (const unsigned unforked : go(move)) {
      move.unforked = unforked;
      go(move);
    }
  }
}

Found Explorer::explore(int depth) {
  const WhileExploring exploring(scene_);
  World first(scene_, scope_);
  nodes_.push_back({0, {}});
  digests_.push_back(first.digest());
  marks_.emplace(digests_.front(), 0);
  found_.fault = first.fault();
  std::size_t begin = 0;
  while (found_.depth < depth && begin < nodes_.size() && found_.fault.empty()) {
    const std::size_t end = nodes_.size();
    for (std::size_t node = begin; node < end && found_.fault.empty(); ++node) expand(node);
    begin = end;
    ++found_.depth;
  }
  found_.is_all = begin == nodes_.size();
  found_.states = nodes_.size();
  compare_twins();
  return found_;
}

void Explorer::expand(std::size_t node) {
  std::uint64_t mark = 0;
  go_on(node, [&](World& world, const Move& move) {
    const std::uint64_t digest = world.digest();
    mark += Digest().add(world.acts()).add(digest).value();
    ++found_.moves;
    if (!world.fault().empty()) return fail(world.fault(), node, move, [](World&) {});
    if (marks_.emplace(digest, 0).second) {
      nodes_.push_back({node, move});
      digests_.push_back(digest);
      if (nodes_.size() % kEndsOneOf == 0) finish(world, nodes_.size() - 1);
    } else if (++met_again_ % kTwinsOneOf == 0) {
      twins_.push_back({digest, {node, move}});
    }
  });
  marks_[digests_[node]] = mark;
  if (node % kCopiesOneOf != kCopiesOneOf - 1) return;
  World again(scene_, scope_);
  for (const Move& move : way_to(node)) again.apply(move);
  if (again.digest() == digests_[node]) return;
  fail("a copy is not like what it is a copy of", nodes_[node].parent, nodes_[node].move,
       [](World&) {});
}

void Explorer::finish(const World& world, std::size_t node) {
  const auto& [parent, move] = nodes_[node];
  for (const bool is_calm : {true, false}) {
    if (!is_calm && !(scene_.setup().grace && scene_.setup().total)) continue;
    const auto end = branch(world, scene_, scope_, way_to(node));
    end->finish(is_calm);
    ++found_.ends;
    if (end->fault().empty()) continue;
    fail(end->fault(), parent, move, [&](World& again) { again.finish(is_calm); });
  }
}

/// What the digest leaves out must not matter: whoever looks alike must go on alike.
void Explorer::compare_twins() {
  for (const auto& [digest, twin] : twins_) {
    const std::uint64_t expected = marks_[digest];
    if (expected == 0 || !found_.fault.empty()) continue;
    nodes_.push_back(twin);
    std::uint64_t mark = 0;
    go_on(nodes_.size() - 1, [&](const World& world, const Move&) {
      mark += Digest().add(world.acts()).add(world.digest()).value();
    });
    ++found_.compared;
    if (mark != expected) {
      fail("two states that look alike go on differently", twin.parent, twin.move, [](World&) {});
    }
    nodes_.pop_back();
    along_.pop_back();
  }
}

template <class Ending>
void Explorer::fail(const std::string& fault, std::size_t parent, const Move& move,
                    const Ending& ending) {
  if (!found_.fault.empty()) return;
  found_.fault = fault;
  World again(scene_, scope_);
  again.words = &found_.words;
  std::vector<Move> moves = way_to(parent);
  moves.push_back(move);
  for (const Move& one : moves) again.apply(one);
  ending(again);
}

}  // namespace orders
