// fetch/listing.hpp - `pintle digest`: the digests of files, as lines of a manifest.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/request.hpp"

namespace pintle::fetch {

/// Writes a line for each file to standard output, or into the file that `output` of the request
/// names; a line for each thing in a directory that has no digest, such as a symbolic link, to
/// standard error. Returns "". Errors: a path cannot be read, or is neither a regular file nor a
/// directory; a directory without `recursive`; those of write(2). Then nothing has been written.
Result<std::string> list_digests(const config::Request& request);

}  // namespace pintle::fetch
