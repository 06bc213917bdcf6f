// The built-in `link`: makes a symbolic link, or replaces it in one step.
#include "actions/action.hpp"
#include "actions/path_params.hpp"
#include "config/slots.hpp"
#include "sys/entry.hpp"

namespace pintle::actions {
namespace {

using config::erased;
using config::into;
using config::Key;
using config::text;

struct LinkParams {
  std::string path{};
  std::string target{};
};

constexpr Key<LinkParams> kLinkKeys[] = {
    {.name = "path",
     .value = text<&LinkParams::path, kEntryPath>,
     .help = "The path of the link; its directory must exist.",
     .example = "/app/current",
     .required = true},
    {.name = "target",
     .value = text<&LinkParams::target, kPath>,
     .help = "The target of the link; it need not exist.",
     .example = "/app/releases/7",
     .required = true},
};

enum class State : unsigned char { absent, same, other };

Result<State> link_state_of(const sys::Place& place, const std::string& target) {
  const auto entry = TRY(sys::look_at(place.directory, place.name, sys::Mounts::cross));
  if (!entry) return State::absent;
  if (!S_ISLNK(entry->info.st_mode)) {
    return Error{"replace", 0, {}, "it is there and is no symbolic link"};
  }
  return TRY(sys::read_link(*entry)) == target ? State::same : State::other;
}

Result<std::string> run_link(const LinkParams& params, const Context&) {
  const std::string path = params.path;
  const std::string target = params.target;
  const sys::Place place = TRY(about(path, sys::reach_place(path)));
  const State state = TRY(about(path, link_state_of(place, target)));
  if (state == State::same) return std::string("unchanged");
  TRY(about(path, sys::place_link(place.directory, place.name, target)));
  return std::string(state == State::absent ? "made" : "changed");
}

bool is_link_done(const LinkParams& params, const Context&) {
  const auto place = sys::reach_place(params.path);
  if (!place) return false;
  const auto state = link_state_of(*place, params.target);
  return state && *state == State::same;
}

}  // namespace

const Action kLink{
    .spec = {.name = "link",
             .kinds = config::kActiveKinds,
             .help = "Make a symbolic link, or change the target of an existing one in one step.",
             .params = config::params_of<kLinkKeys>()},
    .run = erased<run_link>,
    .is_done = erased<is_link_done>,
};

}  // namespace pintle::actions
