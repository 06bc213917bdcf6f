#include "hooks/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "hooks/env_file.hpp"
#include "hooks/program.hpp"
#include "sys/entry.hpp"
#include "sys/file.hpp"
#include "sys/new_file.hpp"

namespace pintle::hooks {
namespace {

/// The mode of a new file, open(2).
mode_t usual_mode() noexcept {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

/// The mode for the new file at `place`: that of the file it replaces if that can be trusted.
Result<mode_t> mode_for(const sys::Place& place) {
  const auto there = TRY(sys::look_at(place.directory, place.name, sys::Mounts::cross));
  if (!there || !S_ISREG(there->info.st_mode)) return usual_mode();
  return sys::mode_in_place_of(there->info, usual_mode());
}

/// The new file for what the program has written to `output`.
Result<sys::NewFile> env_file_of(const sys::NewFile& output, const sys::Place& place,
                                 const std::string& path) {
  constexpr std::size_t kMost = std::size_t{1} << 20U;
  const Fd written(::fcntl(output.descriptor(), F_DUPFD_CLOEXEC, 3));
  if (!written || ::lseek(written.get(), 0, SEEK_SET) < 0) {
    return Error::from_errno("read what was written");
  }
  const std::string text = TRY(sys::read_open_file(written, path, kMost));
  const std::string variables = TRY(env_file(text));
  sys::NewFile file = TRY(sys::NewFile::begin_in(place.directory, place.name, path));
  TRY(file.write(variables));
  return file;
}

Result<sys::Exit> keep_output(sys::Child& program, const OutputFile& target,
                              std::span<const int> success_codes, sys::Report& report) {
  const std::string& path = target.path;
  const sys::Place place = TRY(about(path, sys::reach_place(path)));
  sys::NewFile file = TRY(sys::NewFile::begin_in(place.directory, place.name, path));
  program.outlet = {.descriptor = file.descriptor()};
  const sys::Spawned spawned = TRY(start_program(std::move(program)));
  const sys::Exit exit = TRY(sys::wait_for(spawned.pid));
  take_report(spawned, report);
  const bool succeeded =
      exit.signal == 0 && !report.has_failure &&
      std::find(success_codes.begin(), success_codes.end(), exit.code) != success_codes.end();
  if (!succeeded) return exit;
  const mode_t mode = TRY(about(path, mode_for(place)));
  if (!target.is_env_file) {
    TRY(file.finish({.mode = mode}));
    return exit;
  }
  sys::NewFile variables = TRY(env_file_of(file, place, path));
  TRY(variables.finish({.mode = mode}));
  return exit;
}

}  // namespace

int run_into_file(sys::Child program, const OutputFile& target, std::span<const int> success_codes,
                  const std::function<std::string(const Error&)>& words, sys::Report& report) {
  const auto exit = keep_output(program, target, success_codes, report);
  if (!exit) {
    report.set_line(words(exit.error()));
    return 1;
  }
  return end_like(*exit);
}

}  // namespace pintle::hooks
