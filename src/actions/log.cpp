// The built-in `log`: a sentence for whoever reads the container's log.
#include "base/log.hpp"

#include "actions/action.hpp"
#include "config/slots.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::into;
using config::Key;
using config::Reader;

struct LogParams {
  std::string message{};
  std::optional<log::Level> level{};
};

constexpr Key<LogParams> kLogKeys[] = {
    {.name = "message",
     .value = into<&LogParams::message, &Reader::expandable>,
     .help = "The message; it becomes one line.",
     .example = "POSTGRES_HOST_AUTH_METHOD is trust: anybody may connect",
     .required = true},
    {"level", config::word<&LogParams::level, log::kLevelWords>, "The level of the line.", "warn",
     "info"},
};

Result<std::string> run_log(const LogParams& params, const Context&) {
  return params.message;
}

log::Level level_of(const LogParams& params) {
  return params.level.value_or(log::Level::info);
}

}  // namespace

const Action kLog{
    .spec = {.name = "log",
             .kinds = config::kActiveKinds,
             .help = "Write a line to the container's log.",
             .params = config::params_of<kLogKeys>(),
             .shorthand = "message",
             .level = erased<level_of>},
    .run = erased<run_log>,
};

}  // namespace pintle::actions
