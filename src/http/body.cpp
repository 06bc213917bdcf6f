#include "http/body.hpp"

#include <algorithm>
#include <charconv>

namespace pintle::http {
namespace {

constexpr std::size_t kLongestLine = 8192;
constexpr std::size_t kMostExtra = kLargestHead;  // bytes of chunk extensions and trailers

Error damaged(const char* why) {
  return {"use the response", 0, {}, why};
}

/// The extension after the size of a chunk, with its ";"; "" if there is none.
std::string_view extension_in(std::string_view line) noexcept {
  return line.substr(std::min(line.find(';'), line.size()));
}

/// The size at the beginning of a chunk's first line; -1 if it is not a number. Blanks and
/// extensions may follow it.
std::int64_t chunk_size(std::string_view line) noexcept {
  std::int64_t size = 0;
  const std::string_view before = line.substr(0, line.size() - extension_in(line).size());
  const std::string_view digits = before.substr(0, before.find_last_not_of(" \t") + 1);
  if (digits.empty() || digits.front() == '-') return -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
  return error == std::errc() && end == digits.data() + digits.size() ? size : -1;
}

}  // namespace

Body::Body(const Head& head) noexcept
    : state_(head.is_chunked     ? State::size
             : !head.length      ? State::until_end
             : *head.length == 0 ? State::done
                                 : State::content),
      left_(head.length.value_or(0)) {}

Result<void> Body::pass(std::string_view& bytes, const Sink& sink) {
  const bool has_size = state_ != State::until_end;
  const std::size_t size =
      has_size ? std::min(bytes.size(), static_cast<std::size_t>(left_)) : bytes.size();
  TRY(sink(bytes.substr(0, size)));
  bytes.remove_prefix(size);
  if (has_size) left_ -= static_cast<std::int64_t>(size);
  if (has_size && left_ == 0) state_ = state_ == State::data ? State::data_end : State::done;
  return {};
}

Result<void> Body::count_extra(std::size_t size) {
  extra_ += size;
  if (extra_ <= kMostExtra) return {};
  return damaged("its chunk extensions and trailers are too long");
}

Result<void> Body::use_line() {
  if (line_.ends_with('\r')) line_.pop_back();
  if (state_ == State::data_end) {
    if (!line_.empty()) return damaged("a chunk is longer than its size says");
    state_ = State::size;
  } else if (state_ == State::trailer) {
    if (line_.empty()) state_ = State::done;
    TRY(count_extra(line_.size()));
  } else {
    TRY(count_extra(extension_in(line_).size()));
    left_ = chunk_size(line_);
    if (left_ < 0) return damaged("the size of a chunk is not a number");
    state_ = left_ == 0 ? State::trailer : State::data;
  }
  line_.clear();
  return {};
}

Result<void> Body::take_line(std::string_view& bytes) {
  const std::size_t end = bytes.find('\n');
  line_.append(bytes.substr(0, end));
  if (line_.size() > kLongestLine) return damaged("a line between its chunks is too long");
  bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  return end == std::string_view::npos ? Result<void>() : use_line();
}

Result<bool> Body::feed(std::string_view bytes, const Sink& sink) {
  while (!bytes.empty() && state_ != State::done) {
    const bool is_content =
        state_ == State::content || state_ == State::data || state_ == State::until_end;
    TRY(is_content ? pass(bytes, sink) : take_line(bytes));
  }
  return state_ == State::done;
}

}  // namespace pintle::http
