// Goes every way that a world can go, level by level, so that the first fault is one of the
// shortest. Where two ways lead to worlds that are alike, one is followed.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "orders_world.hpp"

namespace orders {

struct Found {
  std::size_t states = 0;
  std::size_t moves = 0;
  std::size_t ends = 0;      ///< states from which a stop was followed to its end
  std::size_t compared = 0;  ///< pairs of states that look alike, and were seen to go on alike
  int depth = 0;
  bool is_all = false;  ///< there is no state that is deeper
  std::string fault{};
  std::vector<std::string> words{};  ///< how the fault comes about
};

class Explorer {
 public:
  Explorer(const Scene& scene, const Scope& scope);

  /// Every order of up to `depth` moves.
  Found explore(int depth);

 private:
  struct Node {
    std::size_t parent;
    Move move;
  };
  template <class Visit>
  void go_on(std::size_t node, const Visit& visit);
  const World& at(std::size_t node);
  std::vector<Move> way_to(std::size_t node) const;
  void expand(std::size_t node);
  void finish(const World& world, std::size_t node);
  void compare_twins();
  /// Goes the way again, in words; `ending` is what follows it.
  template <class Ending>
  void fail(const std::string& fault, std::size_t parent, const Move& move, const Ending& ending);

  const Scene& scene_;
  const Scope& scope_;
  std::vector<Node> nodes_;
  std::vector<std::pair<std::size_t, std::unique_ptr<World>>> along_;  ///< nodes on the way to one
  std::vector<std::uint64_t> digests_;                                 ///< of the nodes
  std::unordered_map<std::uint64_t, std::uint64_t> marks_;  ///< of what each digest leads to
  std::vector<std::pair<std::uint64_t, Node>> twins_;       ///< other ways to a digest
  std::size_t met_again_ = 0;
  Found found_;
};

}  // namespace orders
