// fetch/manifest.hpp - verifies the files that a manifest names, on all CPUs and in constant
// memory.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace pintle::fetch {

/// Verifies every file that the manifest at `path` names or, if `files` is not empty, only these,
/// of which each must be named in it. No symbolic link is followed. Returns a line with the number
/// of files, which also says if this process's user could change the manifest. Errors: the manifest
/// cannot be opened, is damaged or names no file; the first file in its order that differs or
/// cannot be read; is_unverified() is true for all of these. Also: a process that verified files
/// was killed.
///
/// With Signature::where_anchors_are, the manifest itself must be signed by a trust anchor, if the
/// image has any: its signature is in the file `path`.minisig. What was signed is what is read.
enum class Signature : bool { none, where_anchors_are };
Result<std::string> verify_manifest(const std::string& path, const std::vector<std::string>& files,
                                    Signature signature);

}  // namespace pintle::fetch
