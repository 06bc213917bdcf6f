#include "hooks/output_copy.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <span>
#include <string_view>
#include <thread>

#include "hooks/program.hpp"
#include "sys/pipe.hpp"
#include "sys/signals.hpp"

namespace pintle::hooks {
namespace {

constexpr std::size_t kChunk = 16384;
constexpr int kPatience = 5000;    // milliseconds
constexpr int kChunksOfAPipe = 8;  // twice the capacity of a pipe, pipe(7)

/// Waits until a source may be ready. If poll(2) fails, because of too little memory or a limit of
/// descriptors below their number, returns after a short wait, so that the caller tries all.
void wait_for_any(std::span<pollfd> sources) noexcept {
  constexpr std::chrono::milliseconds kRest(100);
  if (::poll(sources.data(), sources.size(), -1) < 0 && errno != EINTR) {
    std::this_thread::sleep_for(kRest);
  }
}

/// Blocks like any program that writes. An error is ignored: a reader that has ended is no reason
/// to stop the job.
void write_all(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    pollfd sink{fd, POLLOUT, 0};
    if (written < 0 && errno == EAGAIN && ::poll(&sink, 1, -1) > 0) continue;
    if (written < 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

class Copying {
 public:
  explicit Copying(Fd viewer) noexcept : viewer_(std::move(viewer)) {}

  Result<sys::Exit> run(sys::Child program, sys::Report& report) {
    sys::Pipe out = TRY(sys::make_pipe(::geteuid()));
    sys::Pipe errors = TRY(sys::make_pipe(::geteuid()));
    program.outlet = {.descriptor = out.writer.get(), .errors = errors.writer.get()};
    (void)sys::set_mask(sys::SignalMask::all());
    const Fd signals = TRY(sys::open_signals());
    const sys::Spawned spawned = TRY(start_program(std::move(program)));
    out.writer.reset();
    errors.writer.reset();
    sources_ = {{{std::move(out.reader), STDOUT_FILENO, kShownOutput},
                 {std::move(errors.reader), STDERR_FILENO, kShownErrors}}};
    const sys::Exit exit = TRY(copy_until_end(signals));
    take_report(spawned, report);
    return exit;
  }

 private:
  struct Source {
    Fd reader{};
    int sink = -1;
    char mark = 0;
  };

  Result<sys::Exit> copy_until_end(const Fd& signals) {
    for (;;) {
      pollfd sources[] = {{signals.get(), POLLIN, 0},
                          {sources_[0].reader.get(), POLLIN, 0},
                          {sources_[1].reader.get(), POLLIN, 0}};
      wait_for_any(sources);
      for (Source& source : sources_) (void)copy_some(source);
      while (TRY(sys::next_signal(signals))) {
      }
      const sys::Dead dead = TRY(sys::look_for_dead());
      if (!dead.one) continue;
      TRY(sys::collect(dead.one->pid));
      for (Source& source : sources_) {
        for (int i = 0; i < kChunksOfAPipe && copy_some(source); ++i) {
        }
      }
      leave_copier();
      return *dead.one;
    }
  }

  /// Processes that the program started in the background may continue to write, as they may
  /// without a viewer. Another process of the same group copies their output until none of them can
  /// write.
  void leave_copier() noexcept {
    show({&kShownAll, 1});
    viewer_.reset();
    if (!sources_[0].reader && !sources_[1].reader) return;
    if (::fork() != 0) return;
    (void)sys::set_mask({});
    while (sources_[0].reader || sources_[1].reader) {
      pollfd sources[] = {{sources_[0].reader.get(), POLLIN, 0},
                          {sources_[1].reader.get(), POLLIN, 0}};
      wait_for_any(sources);
      for (Source& source : sources_) (void)copy_some(source);
    }
    ::_exit(0);
  }

  /// False if there is nothing to read now.
  bool copy_some(Source& source) noexcept {
    if (!source.reader) return false;
    std::array<char, kChunk + 1> packet;
    const auto got = sys::read_some(source.reader, std::span(packet).subspan(1));
    if (got && !*got) return false;
    const std::size_t size = got ? **got : 0;
    if (size == 0) {
      source.reader.reset();
      return false;
    }
    packet[0] = source.mark;
    write_all(source.sink, {packet.data() + 1, size});
    show({packet.data(), size + 1});
    return true;
  }

  void show(std::string_view packet) noexcept {
    while (viewer_) {
      const ssize_t sent =
          ::send(viewer_.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent >= 0) return;
      pollfd sink{viewer_.get(), POLLOUT, 0};
      if (errno == EINTR || (errno == EAGAIN && ::poll(&sink, 1, kPatience) > 0)) continue;
      (void)::shutdown(
          viewer_.get(),
          SHUT_RDWR);  // close() alone would not end the connection: PID 1 has the socket, too
      viewer_.reset();
    }
  }

  Fd viewer_;
  std::array<Source, 2> sources_{};
};

}  // namespace

int run_and_show(sys::Child program, Fd viewer, sys::Report& report) {
  const auto exit = Copying(std::move(viewer)).run(std::move(program), report);
  if (exit) return end_like(*exit);
  report.set_line(exit.error().message());
  return 1;
}

}  // namespace pintle::hooks
