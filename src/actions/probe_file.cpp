// The probe `fileExists`: a file is there, and new enough.
#include <fmt/format.h>
#include <sys/stat.h>

#include <chrono>

#include "actions/action.hpp"
#include "actions/path_params.hpp"
#include "base/duration.hpp"
#include "config/slots.hpp"
#include "sys/walk.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::into;
using config::Key;
using config::Reader;
using config::text;

struct FileExistsParams {
  std::string path{};
  std::optional<Duration> newer_than{};
};

constexpr Key<FileExistsParams> kProbeFileKeys[] = {
    {.name = "path",
     .value = text<&FileExistsParams::path, kPath>,
     .help = "The path that must exist: a file, a device or a socket, not a directory.",
     .example = "/run/app.ready",
     .required = true},
    {"newerThan", into<&FileExistsParams::newer_than, &Reader::positive_duration>,
     "The longest time since the last change.", "2m"},
};

Result<std::string> run_probe_file(const FileExistsParams& params, const Context&) {
  const std::string path = params.path;
  const struct stat info = TRY(sys::find(path));
  if (S_ISDIR(info.st_mode)) return Error{"use the file", 0, path, "it is a directory"};
  const auto limit = params.newer_than;
  if (!limit) return std::string("there");
  // A change in the future is new: clocks differ, and are set.
  using namespace std::chrono;
  const auto changed = seconds(info.st_mtim.tv_sec) + nanoseconds(info.st_mtim.tv_nsec);
  const auto age = duration_cast<Duration>(system_clock::now().time_since_epoch() - changed);
  if (age <= *limit) return std::string("exists, and is new enough");
  return Error{"use the file", 0, path,
               fmt::format("it was last changed {} ago", format_duration(age))};
}

}  // namespace

const Action kProbeFile{.spec = {.name = "fileExists",
                                 .kinds = config::kChecks,
                                 .help = "Check that a file exists, and that it is new enough.",
                                 .params = config::params_of<kProbeFileKeys>(),
                                 .shorthand = "path"},
                        .run = erased<run_probe_file>,
                        .command = "file"};

}  // namespace pintle::actions
