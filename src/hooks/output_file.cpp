#include "hooks/output_file.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "hooks/program.hpp"
#include "sys/entry.hpp"
#include "sys/new_file.hpp"

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

Result<sys::Exit> keep_output(sys::Child& program, const std::string& path,
                              std::span<const int> success_codes, sys::Report& report) {
  sys::NewFile file = TRY(sys::NewFile::begin(path));
  program.outlet = {.descriptor = file.descriptor()};
  const sys::Spawned spawned = TRY(start_program(std::move(program)));
  const sys::Exit exit = TRY(sys::wait_for(spawned.pid));
  take_report(spawned, report);
  const bool succeeded =
      exit.signal == 0 && !report.has_failure &&
      std::find(success_codes.begin(), success_codes.end(), exit.code) != success_codes.end();
  if (succeeded) TRY(file.finish({.mode = mode_for(path)}));
  return exit;
}

}  // namespace

int run_into_file(sys::Child program, const std::string& path, std::span<const int> success_codes,
                  sys::Report& report) {
  const auto exit = keep_output(program, path, success_codes, report);
  if (!exit) {
    report.set_line(exit.error().message());
    return 1;
  }
  return end_like(*exit);
}

}  // namespace pintle::hooks
