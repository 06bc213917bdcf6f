// use.hpp - built-ins as the tests use them: in a folder of their own, with parameters by name.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
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
#include "actions/action.hpp"
#include "config/parse_action.hpp"
#include "config/path.hpp"

namespace pintle::actions {

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

/// One use of an action: `Use(kFile).with("path", …).line()`. Its parameters are read as those of a
/// config, but that every `$` is a `$` and that nothing which is wrong with one of them counts:
/// variables can make it so.
class Use {
 public:
  explicit Use(const Action& action) : action_(action) {}

  Use& with(std::string_view name, const std::string& text) { return set(name, text_node(text)); }
  Use& texts(std::string_view name, const std::vector<std::string>& values) {
    config::Node list{.type = config::Node::Type::array};
    for (const std::string& text : values) list.items.push_back(text_node(text));
    return set(name, list);
  }
  /// In place of what was there.
  Use& member(std::string_view name, const std::string& key, const std::string& value) {
    return set(name,
               {.type = config::Node::Type::object, .members = {{key, {}, text_node(value)}}});
  }
  Use& number(std::string_view name, std::int64_t value) {
    return set(name, {.type = config::Node::Type::integer, .integer = value});
  }
  Use& mode(std::string_view name, unsigned value) {
    return with(name, fmt::format("{:04o}", value));
  }
  Use& size(std::string_view name, std::int64_t bytes) {
    return with(name, fmt::format("{}B", bytes));
  }
  Use& flag(std::string_view name) {
    return set(name, {.type = config::Node::Type::boolean, .truth = true});
  }
  Use& duration(std::string_view name, Duration value) {
    return with(name, fmt::format("{}ms", value.count()));
  }
  Use& variable(const std::string& name, const std::string& value) {
    environ_.push_back(name + "=" + value);
    return *this;
  }
  Use& main_pid(pid_t pid) {
    main_pid_ = pid;
    return *this;
  }

  config::Builtin builtin() const {
    config::Problems none_counts;
    config::Reader reader(none_counts);
    reader.take_literally();
    return config::read_builtin(reader, params_, action_.spec);
  }

  /// What it says, error or not; `note` takes what it says meanwhile.
  std::string line(const std::function<void(const std::string&)>& note = {}) const {
    const config::Variables none;
    const config::Scope scope(environ_, none, none);
    const sys::Accounts accounts{"app:x:1000:1000::/:\n", "app:x:1000:\n"};
    const auto result = action_.run(builtin().params.get(), {accounts, scope, note, {}, main_pid_});
    has_failed_ = !result;
    return result ? *result : result.error().message();
  }
  /// Whether the last line() was an error.
  bool has_failed() const noexcept { return has_failed_; }
  bool is_done() const {
    const config::Variables none;
    const config::Scope scope(environ_, none, none);
    const sys::Accounts accounts{};
    return needs_nothing(builtin(), {accounts, scope});
  }
  /// What it would do, a line each: "remove /d/a 5"; or why it cannot say.
  std::vector<std::string> foreseen() const {
    const config::Variables none;
    const config::Scope scope(environ_, none, none);
    const auto all = action_.preview(builtin().params.get(), {sys::Accounts{}, scope});
    if (!all) return {all.error().message()};
    std::vector<std::string> lines;
    for (const Foreseen& one : *all) {
      lines.push_back(std::string(one.what) + " " + one.path + " " + std::to_string(one.bytes));
    }
    return lines;
  }
  /// What is wrong between its parameters.
  std::string problem() const {
    std::vector<std::string_view> names;
    for (const config::Member& member : params_.members) names.push_back(member.key);
    for (const config::Rule& rule : action_.spec.rules) {
      if (const std::string wrong = broken(rule, names); !wrong.empty()) return wrong;
    }
    return config::wrong_together(builtin());
  }

 private:
  static config::Node text_node(const std::string& text) {
    return {.type = config::Node::Type::string, .text = text};
  }
  Use& set(std::string_view name, config::Node node) {
    std::erase_if(params_.members, [&](const auto& member) { return member.key == name; });
    params_.members.push_back({std::string(name), {}, std::move(node)});
    return *this;
  }

  const Action& action_;
  config::Node params_{.type = config::Node::Type::object};
  config::Environ environ_;
  pid_t main_pid_ = 0;
  mutable bool has_failed_ = false;
};

/// What its row says of the text of a parameter, or of one of several.
inline std::string check(const Action& action, std::string_view param, const std::string& text) {
  for (const config::KeyInfo& key : keys_of(action.spec)) {
    if (key.name != param) continue;
    const config::Form& form = key.form.parts.empty() ? key.form : *key.form.parts[0];
    return config::check_text(*form.kind, text);
  }
  return "there is no such parameter";
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace pintle::actions
