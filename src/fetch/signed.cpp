#include "fetch/signed.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <memory>

#include "base/shown.hpp"
#include "base/text.hpp"
#include "fetch/verify.hpp"
#include "sys/entry.hpp"
#include "sys/file.hpp"
#include "sys/walk.hpp"

#ifndef PINTLE_TRUST_ANCHORS
#define PINTLE_TRUST_ANCHORS ""
#endif
#ifndef PINTLE_TRUST_SERIAL
#define PINTLE_TRUST_SERIAL 0
#endif

namespace pintle::fetch {
namespace {

template <auto Function>
struct Freed {
  template <class T>
  void operator()(T* object) const noexcept {
    Function(object);
  }
};
using Context = std::unique_ptr<EVP_MD_CTX, Freed<&::EVP_MD_CTX_free>>;
using PublicKey = std::unique_ptr<EVP_PKEY, Freed<&::EVP_PKEY_free>>;

const Error kNoMemory{"verify the signature", ENOMEM, {}, {}};

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// The y coordinates of all points whose order divides 8, without the sign bit, also those that are
/// not reduced modulo 2^255 - 19; little-endian.
constexpr std::array<std::array<unsigned char, 32>, 7> kSmallOrder{{
    {0x00},
    {0x01},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
}};

/// Root owns it, and nobody else may write to it.
Result<void> require_of_root(const Fd& file, const std::string& path) {
  const struct stat info = TRY(about(path, sys::stat_of(file)));
  if (info.st_uid == 0 && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
  return Error{"trust", 0, path, "it must belong to root, and nobody else may write to it"};
}

Result<MinisignKey> usable_key(std::string_view text, const std::string& path) {
  MinisignKey key = parse_minisign_key(text);
  if (key.problem.empty()) key.problem = wrong_with(key);
  if (key.problem.empty()) return key;
  return Error{"trust", 0, path, std::move(key.problem)};
}

/// Each directory from the root to that of the anchors.
Result<Fd> anchor_directory() {
  const std::string_view whole = kAnchorDirectory;
  Fd here = TRY(sys::working_directory());
  for (std::size_t end = 0; end != std::string_view::npos; end = whole.find('/', end + 1)) {
    const std::string path(end == 0 ? "/" : whole.substr(0, end));
    here = TRY(sys::reach_without_links(here, path));
    TRY(require_of_root(here, path));
  }
  here = TRY(sys::reach_without_links(here, kAnchorDirectory));
  TRY(require_of_root(here, kAnchorDirectory));
  return here;
}

/// The content of a file in that directory.
Result<std::string> text_of_anchors(const std::string& path) {
  const Fd directory = TRY(anchor_directory());
  const Fd file = TRY(sys::open_without_links(directory, path));
  TRY(require_of_root(file, path));
  return sys::read_open_file(file, path, kLargestMinisignFile);
}

Result<std::vector<MinisignKey>> anchors_in_directory() {
  const Fd directory = TRY(anchor_directory());
  std::vector<std::string> names = TRY(about(kAnchorDirectory, sys::names_in(directory)));
  std::sort(names.begin(), names.end());
  std::vector<MinisignKey> keys;
  for (const std::string& name : names) {
    if (!name.ends_with(".pub")) continue;
    const std::string path = fmt::format("{}/{}", kAnchorDirectory, name);
    const std::string text = TRY(text_of_anchors(path));
    keys.push_back(TRY(usable_key(text, path)));
  }
  return keys;
}

/// False also without memory.
bool has_signed(const MinisignKey& key, std::string_view signature, std::string_view message) {
  const PublicKey raw(
      ::EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(key.key), key.key.size()));
  const Context context(::EVP_MD_CTX_new());
  return raw && context &&
         ::EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, raw.get()) == 1 &&
         ::EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message),
                            message.size()) == 1;
}

Result<std::string> blake2b_of(int file, const std::string& path) {
  const Context context(::EVP_MD_CTX_new());
  if (!context || ::EVP_DigestInit_ex(context.get(), ::EVP_blake2b512(), nullptr) != 1) {
    return kNoMemory;
  }
  TRY(read_pieces(file, path, [&](std::string_view piece) -> Result<void> {
    if (::EVP_DigestUpdate(context.get(), piece.data(), piece.size()) != 1) return kNoMemory;
    return {};
  }));
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (::EVP_DigestFinal_ex(context.get(), bytes.data(), &size) != 1) return kNoMemory;
  return std::string(reinterpret_cast<const char*>(bytes.data()), size);
}

}  // namespace

std::string wrong_with(const MinisignKey& key) {
  std::array<unsigned char, 32> point{};
  if (key.key.size() != point.size()) return "it is not a public key of minisign";
  std::copy_n(bytes_of(key.key), point.size(), point.begin());
  point.back() &= 0x7f;
  const bool is_small =
      std::find(kSmallOrder.begin(), kSmallOrder.end(), point) != kSmallOrder.end();
  return is_small ? "its key is a point of small order, for which anybody can sign" : "";
}

Result<std::vector<MinisignKey>> keys_in(std::string_view words) {
  std::vector<MinisignKey> keys;
  while (!words.empty()) {
    keys.push_back(TRY(usable_key(take_field(words, ' '), "a compiled-in key")));
  }
  return keys;
}

Result<std::int64_t> oldest_serial() {
  const std::string path = fmt::format("{}/serial", kAnchorDirectory);
  auto text = text_of_anchors(path);
  if (!text && text.error().code == ENOENT) return std::int64_t{PINTLE_TRUST_SERIAL};
  if (!text) return std::move(text).error();
  while (text->ends_with('\n')) text->pop_back();
  std::int64_t serial = 0;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, serial);
  const bool is_number = error == std::errc() && stop == end && serial >= 0;
  if (!is_number) return Error{"use the serial", 0, path, "it is not a whole number"};
  return std::max<std::int64_t>(serial, PINTLE_TRUST_SERIAL);
}

Result<std::vector<MinisignKey>> anchors_if_any() {
  auto keys = TRY(keys_in(PINTLE_TRUST_ANCHORS));
  if (!keys.empty()) return keys;
  auto found = anchors_in_directory();
  if (!found && found.error().code == ENOENT) return keys;
  return found;
}

Result<std::vector<MinisignKey>> trust_anchors() {
  auto keys = TRY(anchors_if_any());
  if (!keys.empty()) return keys;
  return Error::in_words(
      fmt::format("there is no trust anchor: no file '{}/*.pub'", kAnchorDirectory));
}

Result<MinisignSignature> read_signature(const std::string& path) {
  const Fd here = TRY(sys::working_directory());
  const Fd file = TRY(about(path, sys::open_without_links(here, path)));
  const std::string text = TRY(sys::read_open_file(file, path, kLargestMinisignFile));
  MinisignSignature signature = parse_minisign_signature(text);
  if (signature.problem.empty()) return signature;
  return unverified_because(
      fmt::format("cannot use '{}': {}", shown_value(path), signature.problem));
}

Result<void> verify_signature(const std::vector<MinisignKey>& anchors,
                              const MinisignSignature& signature, int file,
                              const std::string& path) {
  std::vector<MinisignKey> keys = anchors;
  std::erase_if(keys, [&](const MinisignKey& key) { return key.id != signature.id; });
  if (keys.empty()) {
    return unverified_because(fmt::format("it is signed by the key {}, which is no trust anchor",
                                          minisign_id(signature.id)));
  }
  const std::string digest = TRY(blake2b_of(file, path));
  const auto signs = [&](const MinisignKey& key) {
    return has_signed(key, signature.signature, digest);
  };
  const auto key = std::find_if(keys.begin(), keys.end(), signs);
  if (key == keys.end()) return unverified_because("its content is not what was signed");
  if (has_signed(*key, signature.of_comment, signature.signature + signature.comment)) return {};
  return unverified_because("the trusted comment of its signature is not what was signed");
}

}  // namespace pintle::fetch
