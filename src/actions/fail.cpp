// The built-in `fail`: refuses, with a sentence that says why. Its condition says when.
#include "actions/action.hpp"
#include "config/slots.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::into;
using config::Key;
using config::Reader;

struct FailParams {
  std::string message{};
};

constexpr Key<FailParams> kFailKeys[] = {
    {.name = "message",
     .value = into<&FailParams::message, &Reader::expandable>,
     .help = "The reason, and what to do about it.",
     .example = "set POSTGRES_PASSWORD, or POSTGRES_HOST_AUTH_METHOD=trust",
     .required = true},
};

Result<std::string> run_fail(const FailParams& params, const Context&) {
  return Error::in_words(params.message);
}

}  // namespace

const Action kFail{
    .spec = {.name = "fail",
             .kinds = config::kActiveKinds,
             .help = "Fail with a sentence: a step ends the start with it, exit code 80. Give it a "
                     "`condition`.",
             .params = config::params_of<kFailKeys>(),
             .shorthand = "message"},
    .run = erased<run_fail>,
};

}  // namespace pintle::actions
