// config/parse_identity.hpp - as whom and within which bounds main or a hook runs: the keys that
// both have.
#pragma once

#include "config/parse_variables.hpp"
#include "config/slots.hpp"

namespace pintle::config {

/// `groups`: names or numbers, or the word "inherit".
Groups groups_in(Reader& reader, const Node& node);
template <class T>
void read_groups(Reader& reader, const Node& node, T& out) {
  out.groups = groups_in(reader, node);
}
extern const Form kGroupsForm;

/// `environment`, by which everything else of the same object is read.
void read_own_environment(Reader& reader, const Node& node, Identity& out);

void read_limits(Reader& reader, const Node& node, Identity& out);
extern const Form kLimitsForm;

void read_stdin(Reader& reader, const Node& node, Identity& out);
extern const Form kInputForm;

inline constexpr Key<Identity> kIdentityKeys[] = {
    {"user", into<&Identity::user, &Reader::expandable>,
     "Who runs it: user or user:group, names or numbers; the top level's unless it says otherwise.",
     "app:app"},
    {"groups",
     {read_groups<Identity>, &kGroupsForm},
     "Its supplementary groups, names or numbers; or inherit: the user's, and those that the "
     "container was started with beyond its own user's (--group-add, supplementalGroups). The top "
     "level's unless it says otherwise or names a user; without those the user's.",
     R"(["video", 4242])"},
    {"workingDirectory", text<&Identity::working_directory, kPath>,
     "Where it runs; the top level's unless it says otherwise.", "/app"},
    {"environment",
     {read_own_environment, &kVariablesForm},
     "Variables of its own; they win over the top level's.",
     R"({"PGCONNECT_TIMEOUT": 5})",
     {},
     kAnyKind,
     false,
     Turn::first},
    {"useSystemEnvironment", into<&Identity::use_system_environment, &Reader::boolean>,
     "Pass the container's environment on: true for main; a hook gets only what is declared, and "
     "PATH, unless it says otherwise.",
     "true"},
    {"umask", into<&Identity::umask, &Reader::mode>,
     "Its file mode creation mask, in octal; the top level's unless it says otherwise.", "0027"},
    {"limits",
     {read_limits, &kLimitsForm},
     "Its resource limits, by their names for --ulimit of Docker; inherited unless it says "
     "otherwise.",
     R"({"nofile": 1024, "core": 0})",
     "{}"},
    {"nice", count<&Identity::nice, -20, 19>,
     "Its nice value; below 0 needs a privilege. Inherited unless it says otherwise.", "10"},
    {"stdin",
     {read_stdin, &kInputForm},
     "Its standard input: null is /dev/null, inherit the container's; or a file or a text, of a "
     "command. A hook has /dev/null unless something else is written, main the container's.",
     "inherit"},
};

}  // namespace pintle::config
