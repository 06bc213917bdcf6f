#include "base/pattern_size.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace pintle {
namespace {

using Count = std::uint64_t;
constexpr Count kTooMany = std::numeric_limits<std::uint32_t>::max();

Count bounded(Count value) noexcept {
  return std::min(value, kTooMany);
}

/// The size of the automaton for a part of the pattern (Glushkov's construction).
struct Part {
  Count positions = 0;
  Count transitions = 0;  ///< and the entries of each part's own two sets below
  Count first = 0;        ///< number of positions at which the part may begin
  Count last = 0;         ///< number of positions at which the part may end
  bool may_be_empty = true;
};

constexpr Part kAtom{1, 0, 1, 1, false};

Part in_a_row(const Part& a, const Part& b) noexcept {
  const Count first = bounded(a.first + (a.may_be_empty ? b.first : 0));
  const Count last = bounded(b.last + (b.may_be_empty ? a.last : 0));
  return {bounded(a.positions + b.positions),
          bounded(a.transitions + b.transitions + a.last * b.first + first + last), first, last,
          a.may_be_empty && b.may_be_empty};
}

Part either(const Part& a, const Part& b) noexcept {
  return {bounded(a.positions + b.positions), bounded(a.transitions + b.transitions),
          bounded(a.first + b.first), bounded(a.last + b.last), a.may_be_empty || b.may_be_empty};
}

/// Any number of repetitions.
Part looped(Part part) noexcept {
  part.transitions = bounded(part.transitions + part.last * part.first);
  part.may_be_empty = true;
  return part;
}

/// `a{least,most}`: one copy for each repetition. The optional copies are nested: a(a(a)?)?.
Part repeated(const Part& part, Count least, Count most, bool is_open) noexcept {
  Part out = is_open ? looped(part) : Part{};
  for (Count i = is_open ? least : std::max(least, most); i > 0; --i) {
    out = in_a_row(part, out);
    if (i > least) out.may_be_empty = true;
    if (out.positions >= kTooMany || out.transitions >= kTooMany) break;
  }
  return out;
}

/// A group whose end has not been read. `before` is the part before the last `|`, `row` the part
/// after it, without its last piece, `piece`: a repetition may follow that.
struct Group {
  Part before{.may_be_empty = false};
  bool has_before = false;
  Part row{};
  Part piece{};

  void put(const Part& next) noexcept {
    row = in_a_row(row, piece);
    piece = next;
  }
  Part close() noexcept {
    const Part all = in_a_row(row, piece);
    return has_before ? either(before, all) : all;
  }
  void divide() noexcept {
    before = close();
    has_before = true;
    row = piece = {};
  }
};

/// Removes the number at the front of `text` and returns it, or kMostRepeats if it is larger.
Count take_count(std::string_view& text) noexcept {
  constexpr Count kMostRepeats = 65536;  // above RE_DUP_MAX of every C library
  Count value = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    value = std::min(value * 10 + static_cast<Count>(text.front() - '0'), kMostRepeats);
    text.remove_prefix(1);
  }
  return value;
}

/// Removes "{2}", "{2,}", "{2,5}" or "{,5}" from the front and sets `is_bound`. Any other brace is
/// an ordinary character.
Part take_bounds(std::string_view& text, const Part& piece, bool& is_bound) noexcept {
  std::string_view rest = text.substr(1);
  const Count least = take_count(rest);
  Count most = least;
  bool is_open = false;
  if (rest.starts_with(',')) {
    rest.remove_prefix(1);
    is_open = rest.starts_with('}');
    most = take_count(rest);
  }
  is_bound = rest.starts_with('}') && rest.size() + 1 < text.size();  // "{}" has no number
  if (!is_bound) return piece;
  text = rest.substr(1);
  return repeated(piece, least, most, is_open);
}

/// Removes a bracket expression from the front: "[]a]", "[^]a]", "[[:alpha:]x]".
void take_bracket(std::string_view& text) noexcept {
  std::size_t at = text.starts_with("[^") ? 2 : 1;
  if (at < text.size() && text[at] == ']') ++at;
  for (; at < text.size() && text[at] != ']'; ++at) {
    const bool is_class = text[at] == '[' && at + 1 < text.size() &&
                          std::string_view(".:=").find(text[at + 1]) != std::string_view::npos;
    if (!is_class) continue;
    const char end[] = {text[at + 1], ']'};
    const std::size_t closed = text.find(std::string_view(end, 2), at + 2);
    if (closed == std::string_view::npos) break;
    at = closed + 1;
  }
  text.remove_prefix(std::min(at + 1, text.size()));
}

void take(std::string_view& text, std::vector<Group>& groups) {
  Group& group = groups.back();
  const char c = text.front();
  bool is_bound = false;
  if (c == '{') group.piece = take_bounds(text, group.piece, is_bound);
  if (is_bound) return;
  if (c == '[') {
    group.put(kAtom);
    return take_bracket(text);
  }
  text.remove_prefix(c == '\\' ? std::min<std::size_t>(2, text.size()) : 1);
  if (c == '(') {
    groups.emplace_back();
  } else if (c == ')' && groups.size() > 1) {
    const Part part = group.close();
    groups.pop_back();
    groups.back().put(part);
  } else if (c == '|') {
    group.divide();
  } else if (c == '*' || c == '+') {
    const bool may_be_empty = group.piece.may_be_empty || c == '*';
    group.piece = looped(group.piece);
    group.piece.may_be_empty = may_be_empty;
  } else if (c == '?') {
    group.piece.may_be_empty = true;
  } else {
    group.put(kAtom);
  }
}

}  // namespace

std::uint64_t pattern_size(std::string_view text) {
  std::vector<Group> groups(1);
  while (!text.empty()) take(text, groups);
  Part all;
  while (!groups.empty()) {  // regcomp(3) refuses a group that is not closed
    all = in_a_row(groups.back().close(), all);
    groups.pop_back();
  }
  return bounded(all.positions + all.transitions);
}

}  // namespace pintle
