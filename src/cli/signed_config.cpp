#include "cli/signed_config.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.hpp"
#include "base/minisign.hpp"
#include "base/text.hpp"
#include "cli/apart.hpp"

#ifndef PINTLE_TRUST_ANCHORS
#define PINTLE_TRUST_ANCHORS ""
#endif

namespace pintle::cli {
namespace {

/// False if there is certainly no trust anchor; otherwise pintle-fetch looks.
bool may_have_anchors() noexcept {
  constexpr std::string_view kCompiled = PINTLE_TRUST_ANCHORS;
  struct stat info {};
  const bool is_absent =
      ::lstat(kAnchorDirectory, &info) < 0 && (errno == ENOENT || errno == ENOTDIR);
  return !kCompiled.empty() || !is_absent;
}

Result<Fd> in_memory(const std::string& text) {
  Fd file(::memfd_create("config", MFD_CLOEXEC));
  const auto size = static_cast<ssize_t>(text.size());
  if (!file || ::write(file.get(), text.data(), text.size()) != size) {
    return Error::from_errno("copy the config");
  }
  return file;
}

}  // namespace

Result<void> require_signature(const std::string& file, const std::string& text) {
  if (!may_have_anchors()) return {};
  const Fd content = TRY(in_memory(text));
  const auto answer = ask_apart("config", {{"path", file}, {"deadline", "10000"}}, content.get());
  if (answer && answer->code == 0) return {};
  return Error::in_words(
      fmt::format("{}; an image with trust anchors needs a config that one of them has signed",
                  one_line(answer ? answer->line : answer.error().message())));
}

}  // namespace pintle::cli
