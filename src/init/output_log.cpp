#include "init/output_log.hpp"

#include <algorithm>
#include <array>

#include "sys/pipe.hpp"

namespace pintle::init {
namespace {

constexpr std::size_t kChunk = 16384;
constexpr std::size_t kStep = 1024;  // by which a piece grows while it is held
constexpr int kChunksOfAPipe = 8;    // twice the capacity of a pipe, pipe(7)

}  // namespace

void LineSplitter::feed(std::string_view bytes, const Each& each, const Held& held) {
  while (!bytes.empty()) {
    const std::size_t room = rest_.size() < kLongest ? kLongest - rest_.size() : kStep;
    const std::size_t end = bytes.find('\n');
    const std::size_t taken = std::min({room, end, bytes.size()});
    rest_ += bytes.substr(0, taken);
    bytes.remove_prefix(taken);
    const bool ended = !bytes.empty() && bytes.front() == '\n';
    if (ended) bytes.remove_prefix(1);
    if (!ended && rest_.size() < kLongest) return;
    // The whole piece is held only while it may be the beginning of a secret, so it cannot grow
    // beyond a secret's size.
    const std::size_t kept = ended || !held ? 0 : held(rest_);
    // After a first piece that ends before such a beginning, further ones are not tiny.
    const std::size_t least = was_held_ ? kLongest / 2 : 1;
    if (kept > 0 && rest_.size() - kept < least) continue;
    was_held_ = kept > 0;
    std::string_view piece = std::string_view(rest_).substr(0, rest_.size() - kept);
    if (ended && piece.ends_with('\r')) piece.remove_suffix(1);
    each(piece, !ended);
    rest_.erase(0, rest_.size() - kept);
  }
}

void LineSplitter::finish(const Each& each) {
  if (!rest_.empty()) each(rest_, false);
  rest_.clear();
}

Result<Fd> OutputLog::open(const Hook& hook, uid_t uid, std::string* output) {
  if (sources_.size() == kMost) {
    return Error{"log the output of one more hook", 0, {}, "64 pipes are open already"};
  }
  sys::Pipe pipe = TRY(sys::make_pipe(uid));
  sources_.push_back({.hook = &hook, .reader = std::move(pipe.reader), .output = output});
  return std::move(pipe.writer);
}

std::size_t OutputLog::watch(std::span<pollfd, kMost> out) const noexcept {
  for (std::size_t i = 0; i < sources_.size(); ++i) out[i] = {sources_[i].reader.get(), POLLIN, 0};
  return sources_.size();
}

/// Reads one chunk; false if there is nothing more to read now.
bool OutputLog::read_from(Source& source) {
  if (!source.reader) return false;
  std::array<char, kChunk> chunk{};
  const auto each = [&](std::string_view line, bool is_partial) {
    write_(*source.hook, line, is_partial);
  };
  const auto got = sys::read_some(source.reader, chunk);
  if (got && !*got) return false;
  const std::size_t size = got ? **got : 0;
  if (source.output != nullptr) {
    source.output->append(chunk.data(),
                          std::min(size, kMostOfVariable + 1 - source.output->size()));
    // Nobody wants what comes after that, so its writer gets SIGPIPE.
    const bool is_over = size == 0 || source.output->size() > kMostOfVariable;
    if (is_over) source.reader.reset();
    return !is_over;
  }
  if (size == 0) {
    source.lines.finish(each);
    source.reader.reset();
    return false;
  }
  source.lines.feed({chunk.data(), size}, each, held_);
  return true;
}

void OutputLog::end_variable(const Hook& hook) noexcept {
  for (Source& source : sources_) {
    if (source.hook == &hook && source.output != nullptr) source.reader.reset();
  }
  forget_closed();
}

void OutputLog::forget_closed() {
  std::erase_if(sources_, [](const Source& source) { return !source.reader; });
}

void OutputLog::read() {
  for (Source& source : sources_) (void)read_from(source);
  forget_closed();
}

void OutputLog::drain(const Hook& hook) {
  for (Source& source : sources_) {
    if (source.hook != &hook) continue;
    for (int i = 0; i < kChunksOfAPipe && read_from(source); ++i) {
    }
  }
  forget_closed();
}

}  // namespace pintle::init
