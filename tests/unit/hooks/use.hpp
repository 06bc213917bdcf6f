// use.hpp - built-ins as the tests use them: in a folder of their own, with parameters by name.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "../folder.hpp"
#include "hooks/builtin.hpp"

namespace pintle::hooks {

using pintle::Folder;

/// A small file system of its own, where we may mount one.
class SmallDisk {
 public:
  explicit SmallDisk(const Folder& folder, const char* options = "mode=755,size=64k")
      : folder_(folder) {
    is_there_ = ::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, options) == 0;
    if (!is_there_) MESSAGE("not tested: no file system can be mounted");
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (is_there_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }

  explicit operator bool() const noexcept { return is_there_; }
  void make_read_only() const {
    REQUIRE(::mount("", folder_.path().c_str(), "", MS_REMOUNT | MS_RDONLY, "") == 0);
  }

 private:
  const Folder& folder_;
  bool is_there_ = false;
};

/// One use of a built-in: `Use(kFile).with("path", …).line()`.
class Use {
 public:
  explicit Use(const Builtin& builtin) : builtin_(builtin) {}

  Use& with(std::string_view name, const std::string& text) {
    params_.set(name, text);
    return *this;
  }
  Use& texts(std::string_view name, std::vector<std::string> values) {
    params_.set(name, std::move(values));
    return *this;
  }
  Use& literal(std::string_view name, const std::string& text) {
    params_.set(name, config::Literal{text});
    return *this;
  }
  Use& number(std::string_view name, std::int64_t value) {
    params_.set(name, value);
    return *this;
  }
  Use& flag(std::string_view name) {
    params_.set(name, true);
    return *this;
  }
  Use& duration(std::string_view name, Duration value) {
    params_.set(name, value);
    return *this;
  }
  Use& variable(const std::string& name, const std::string& value) {
    environ_.push_back(name + "=" + value);
    return *this;
  }

  /// What it says, error or not; `note` takes what it says meanwhile.
  std::string line(const std::function<void(const std::string&)>& note = {}) const {
    const config::Variables none;
    const config::Scope scope(environ_, none, none);
    const sys::Accounts accounts{"app:x:1000:1000::/:\n", "app:x:1000:\n"};
    const auto result = builtin_.run(params_, {accounts, scope, note});
    return result ? *result : result.error().message();
  }
  bool is_done() const {
    const config::Variables none;
    const config::Scope scope(environ_, none, none);
    const sys::Accounts accounts{};
    return builtin_.is_done != nullptr && builtin_.is_done(params_, {accounts, scope});
  }
  /// What it would do, a line each: "remove /d/a 5"; or why it cannot say.
  std::vector<std::string> foreseen() const {
    const config::Variables none;
    const config::Scope scope(environ_, none, none);
    const auto all = builtin_.preview(params_, {sys::Accounts{}, scope});
    if (!all) return {all.error().message()};
    std::vector<std::string> lines;
    for (const Foreseen& one : *all) {
      lines.push_back(std::string(one.what) + " " + one.path + " " + std::to_string(one.bytes));
    }
    return lines;
  }
  /// What is wrong between its parameters.
  std::string problem() const {
    for (const config::Rule& rule : builtin_.spec.rules) {
      if (const std::string wrong = broken(rule, params_.names()); !wrong.empty()) return wrong;
    }
    return builtin_.spec.check == nullptr ? std::string() : builtin_.spec.check(params_);
  }

 private:
  const Builtin& builtin_;
  config::Params params_;
  config::Environ environ_;
};

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace pintle::hooks
