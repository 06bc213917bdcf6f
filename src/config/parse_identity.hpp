// config/parse_identity.hpp - reads the keys that main and every hook have: user, groups,
// directory, environment, limits and standard input.
#pragma once

#include "config/parse_variables.hpp"
#include "config/slots.hpp"

namespace pintle::config {

/// Reads `groups`: names or numbers, or the word "inherit".
Groups groups_in(Reader& reader, const Node& node);
template <class T>
void read_groups(Reader& reader, const Node& node, T& out) {
  out.groups = groups_in(reader, node);
}
extern const Form kGroupsForm;

/// Reads `environment`. It is read first, since other keys of the same object may have its
/// variables.
void read_own_environment(Reader& reader, const Node& node, Identity& out);

void read_limits(Reader& reader, const Node& node, Identity& out);
extern const Form kLimitsForm;

void read_stdin(Reader& reader, const Node& node, Identity& out);
extern const Form kInputForm;

inline constexpr Key<Identity> kIdentityKeys[] = {
    {"user", into<&Identity::user, &Reader::expandable>,
     "The user that runs it: user or user:group, names or numbers. Default: the `user` of the top "
     "level.",
     "app:app"},
    {"groups",
     {read_groups<Identity>, &kGroupsForm},
     "Supplementary groups, names or numbers; or inherit: the user's groups, and those that the "
     "container was started with in addition to its own user's (--group-add, supplementalGroups). "
     "Default: the `groups` of the top level; if there are none, or if a `user` is named here, the "
     "user's groups.",
     R"(["video", 4242])"},
    {"workingDirectory", text<&Identity::working_directory, kPath>,
     "The directory in which it runs. Default: the `workingDirectory` of the top level.", "/app"},
    {"environment",
     {read_own_environment, &kVariablesForm},
     "Variables for this program only; they take precedence over those of the top level.",
     R"({"PGCONNECT_TIMEOUT": 5})",
     {},
     kAnyKind,
     false,
     ReadOrder::first},
    {"useSystemEnvironment", into<&Identity::use_system_environment, &Reader::boolean>,
     "Whether it gets all variables of the container. Default: true for main, false for hooks; a "
     "hook then gets only PATH and declared variables.",
     "true"},
    {"umask", into<&Identity::umask, &Reader::mode>,
     "The file mode creation mask, in octal. Default: the `umask` of the top level.", "0027"},
    {"limits",
     {read_limits, &kLimitsForm},
     "Resource limits, with the names of --ulimit of Docker. A limit that is not named is "
     "inherited.",
     R"({"nofile": 1024, "core": 0})",
     "{}"},
    {"nice", count<&Identity::nice, -20, 19>,
     "The nice value; a value below 0 needs a privilege. Default: inherited.", "10"},
    {"stdin",
     {read_stdin, &kInputForm},
     "The standard input: null is /dev/null, inherit is the input of the container. A command may "
     "also read a file or a text. Default: null for a hook, inherit for main.",
     "inherit"},
};

}  // namespace pintle::config
