#include "hooks/output_file.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "sys/entry.hpp"
#include "sys/new_file.hpp"
#include "sys/reap.hpp"
#include "sys/signals.hpp"

namespace pintle::hooks {
namespace {

/// The mode of what is at `path`; else that of any new file, open(2).
mode_t mode_for(const std::string& path) {
  if (const auto place = sys::reach_place(path)) {
    const auto there = sys::look_at(place->directory, place->name, sys::Mounts::cross);
    if (there && *there && S_ISREG((*there)->info.st_mode)) return (*there)->info.st_mode & 07777;
  }
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

/// So that whoever waits for us sees how the program ended. One core dump is enough.
void end_by(int signal) noexcept {
  const rlimit none{};
  (void)::setrlimit(RLIMIT_CORE, &none);
  (void)std::signal(signal, SIG_DFL);
  (void)sys::set_mask({});
  (void)::raise(signal);
}

Result<sys::Exit> run(const sys::Child& program, sys::Report& report) {
  // What ends the hook is meant for the program; we are to see its end.
  (void)sys::set_mask(sys::SignalMask::all());
  const sys::Spawned spawned = TRY(sys::spawn(program));
  const sys::Exit exit = TRY(sys::wait_for(spawned.pid));
  if (const auto own = sys::read_report(spawned.report.get())) report = *own;
  return exit;
}

Result<sys::Exit> keep_output(sys::Child& program, const std::string& path,
                              std::span<const int> success_codes, sys::Report& report) {
  sys::NewFile file = TRY(sys::NewFile::begin(path));
  program.outlet = {.descriptor = file.descriptor()};
  const sys::Exit exit = TRY(run(program, report));
  const bool succeeded =
      exit.signal == 0 && !report.has_failure &&
      std::find(success_codes.begin(), success_codes.end(), exit.code) != success_codes.end();
  if (succeeded) TRY(file.finish({.mode = mode_for(path)}));
  return exit;
}

}  // namespace

int run_into_file(sys::Child program, const std::string& path, std::span<const int> success_codes,
                  sys::Report& report) {
  program.placement = sys::Placement::member;
  const auto exit = keep_output(program, path, success_codes, report);
  if (!exit) {
    report.set_line(exit.error().message());
    return 1;
  }
  if (exit->signal != 0) end_by(exit->signal);
  return exit->code;
}

}  // namespace pintle::hooks
