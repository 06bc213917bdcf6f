#include "config/excerpt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/columns.hpp"
#include "base/text.hpp"

namespace pintle::config {
namespace {

constexpr std::size_t kFewestColumns = 40;
constexpr std::size_t kTab = 8;  // the widest that one can be
constexpr std::string_view kCut = "...";

}  // namespace

/// What is seen as one: a character, an escape, or what stands for something concealed.
struct Excerpts::Cell {
  std::string text;
  std::size_t width = 1;
};

namespace {

template <class Cells>
std::size_t width_of(const Cells& cells) noexcept {
  std::size_t width = 0;
  for (const auto& cell : cells) width += cell.width;
  return width;
}

/// Leaves out cells at the front, or at the end, until the others are no wider than `most`.
template <class Cells>
void cut(Cells& cells, std::size_t most, bool at_front) {
  std::size_t width = width_of(cells);
  if (width <= most) return;
  std::size_t kept = cells.size();
  while (kept > 0 && width + kCut.size() > most) {
    --kept;
    width -= cells[at_front ? cells.size() - 1 - kept : kept].width;
  }
  const auto gone = static_cast<std::ptrdiff_t>(cells.size() - kept);
  at_front ? cells.erase(cells.begin(), cells.begin() + gone)
           : cells.erase(cells.end() - gone, cells.end());
  cells.insert(at_front ? cells.begin() : cells.end(), {std::string(kCut), kCut.size()});
}

}  // namespace

Excerpts::Excerpts(std::string_view text, std::size_t columns)
    : text_(text), columns_(std::max(columns, kFewestColumns)), concealed_(concealed_in(text)) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') lines_.push_back(i + 1);
  }
}

const Concealed* Excerpts::concealed_at(std::size_t offset) const noexcept {
  const auto found =
      std::upper_bound(concealed_.begin(), concealed_.end(), offset,
                       [](std::size_t one, const Concealed& part) { return one < part.end; });
  return found != concealed_.end() && found->begin <= offset ? &*found : nullptr;
}

std::vector<Excerpts::Cell> Excerpts::cells(std::size_t begin, std::size_t end) const {
  std::vector<Cell> cells;
  while (begin < end) {
    if (const Concealed* part = concealed_at(begin)) {
      const std::string shown = one_line(part->shown);
      cells.push_back({shown, shown.size()});
      begin = part->end;
      continue;
    }
    const std::string_view rest = text_.substr(begin, end - begin);
    const std::size_t length = std::max<std::size_t>(utf8_length(rest), 1);
    const bool is_broken = utf8_length(rest) == 0;
    const char32_t character = decode_utf8(rest.data(), length);
    begin += length;
    if (rest.front() == '\t') {
      cells.push_back({"\t", kTab});
    } else if (is_broken || is_unseen(character)) {
      std::string escape;
      for (const char c : rest.substr(0, length)) {
        escape += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
      }
      const std::size_t width = escape.size();
      cells.push_back({std::move(escape), width});
    } else {
      cells.push_back({std::string(rest.substr(0, length)), columns_of(character)});
    }
  }
  return cells;
}

Excerpt Excerpts::at(const Position& at) const {
  if (at.line == 0 || at.line > lines_.size()) return {};
  const std::size_t begin = lines_[at.line - 1];
  std::size_t end = at.line < lines_.size() ? lines_[at.line] - 1 : text_.size();
  if (end > begin && text_[end - 1] == '\r') --end;
  std::size_t place = std::min(begin + std::max<std::size_t>(at.column, 1) - 1, end);
  if (const Concealed* part = concealed_at(place)) place = std::max(part->begin, begin);
  // No more than can be seen, since a line may be the whole file; from where a character begins.
  const std::size_t reach = 8 * columns_;
  std::size_t first = place - begin > reach ? place - reach : begin;
  while (first < place && (static_cast<unsigned char>(text_[first]) & 0xc0U) == 0x80) ++first;
  std::vector<Cell> before = cells(first, place);
  std::vector<Cell> behind = cells(place, std::min(end, place + reach));

  std::string line = fmt::format("{:>5} | ", at.line);
  std::string pad(line.size() - 2, ' ');
  pad += "| ";
  const std::size_t room = columns_ - line.size() - 1;
  const std::size_t wanted = std::min(width_of(behind), room / 2);
  cut(before, room - wanted, true);
  cut(behind, room - width_of(before), false);
  for (const Cell& cell : before) {
    line += cell.text;
    pad += cell.text == "\t" ? "\t" : std::string(cell.width, ' ');
  }
  for (const Cell& cell : behind) line += cell.text;
  return {std::move(line), std::move(pad)};
}

}  // namespace pintle::config
