// What `"onFailure": {"action": "fallback", "source": …}` does: take an older copy instead.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "hooks/builtin.hpp"
#include "sys/new_file.hpp"

namespace pintle::hooks {
namespace {

using config::Params;
using config::ParamType;

constexpr config::ParamSpec kParams[] = {
    {"source", ParamType::text, "A regular file that is not empty.", "/cache/rules.json", true},
    {"destination", ParamType::text, "Where its copy goes; without it nothing is copied.",
     "/data/rules.json"},
};

Error failed(const std::string& path, std::string detail) {
  return {"fall back on", 0, path, std::move(detail)};
}

Result<std::string> run(const Params& params, const Context&) {
  const std::string source = params.text("source");
  const Fd file(::open(source.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) < 0) {
    Error error = Error::from_errno("fall back on");
    error.subject = source;
    return error;
  }
  if (!S_ISREG(info.st_mode)) return failed(source, "it is not a regular file");
  if (info.st_size == 0) return failed(source, "it is empty");
  const std::string destination = params.text("destination");
  if (destination.empty()) return fmt::format("there is '{}'", source);
  sys::NewFile file_there = TRY(sys::NewFile::begin(destination));
  TRY(file_there.copy_from(file));
  TRY(file_there.finish({.mode = info.st_mode & 07777}));
  return fmt::format("copied '{}' to '{}'", source, destination);
}

}  // namespace

const Builtin kFallback{
    .spec = {.name = "fallback",
             .kinds = 0,
             .help = "Take an older copy instead.",
             .params = kParams},
    .run = run,
};

}  // namespace pintle::hooks
