// The built-in `link`: a symbolic link, made or led elsewhere in one step.
#include "hooks/builtin.hpp"
#include "hooks/path_params.hpp"
#include "sys/entry.hpp"

namespace pintle::hooks {
namespace {

using config::Params;
using config::ParamType;

constexpr config::ParamSpec kParams[] = {
    {"path",
     ParamType::path,
     "The link; its directory must exist.",
     "/app/current",
     true,
     {},
     check_entry_path,
     entry_path_pattern},
    {"target", ParamType::path, "Where it leads; that need not exist.", "/app/releases/7", true},
};

enum class State : unsigned char { absent, same, other };

Result<State> state_of(const sys::Place& place, const std::string& target) {
  const auto entry = TRY(sys::look_at(place.directory, place.name, sys::Mounts::cross));
  if (!entry) return State::absent;
  if (!S_ISLNK(entry->info.st_mode)) {
    return Error{"replace", 0, {}, "it is there and is no symbolic link"};
  }
  return TRY(sys::read_link(*entry)) == target ? State::same : State::other;
}

Result<std::string> run(const Params& params, const Context&) {
  const std::string path = params.text("path");
  const std::string target = params.text("target");
  const sys::Place place = TRY(about(path, sys::reach_place(path)));
  const State state = TRY(about(path, state_of(place, target)));
  if (state == State::same) return std::string("unchanged");
  TRY(about(path, sys::place_link(place, target)));
  return std::string(state == State::absent ? "made" : "changed");
}

bool is_done(const Params& params, const Context&) {
  const auto place = sys::reach_place(params.text("path"));
  if (!place) return false;
  const auto state = state_of(*place, params.text("target"));
  return state && *state == State::same;
}

}  // namespace

const Builtin kLink{
    .spec = {.name = "link",
             .kinds = config::kDoers,
             .help = "Make a symbolic link, or lead it elsewhere.",
             .params = kParams},
    .run = run,
    .is_done = is_done,
};

}  // namespace pintle::hooks
