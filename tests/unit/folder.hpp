// folder.hpp - a folder of its own for a test.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace pintle {

/// A temporary folder that is gone with it.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/pintle-test-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const noexcept { return path_; }

  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(*this / name, std::ios::binary) << content;
    return *this / name;
  }
  std::string read(const std::string& name) const {
    std::ostringstream out;
    out << std::ifstream(*this / name, std::ios::binary).rdbuf();
    return out.str();
  }
  std::string make(const std::string& name) const {
    std::filesystem::create_directories(*this / name);
    return *this / name;
  }
  bool has(const std::string& name) const {
    return std::filesystem::exists(std::filesystem::symlink_status(*this / name));
  }
  struct stat stat(const std::string& name) const {
    struct stat info {};
    REQUIRE(::lstat((*this / name).c_str(), &info) == 0);
    return info;
  }
  std::size_t count() const { return names().size(); }
  /// Sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      all.push_back(entry.path().filename());
    }
    std::sort(all.begin(), all.end());
    return all;
  }
  /// Sets its times so many seconds back, not a link's target's.
  std::string age(const std::string& name, std::int64_t seconds) const {
    const timespec then{::time(nullptr) - seconds, 0};
    const timespec times[2] = {then, then};
    REQUIRE(::utimensat(AT_FDCWD, (*this / name).c_str(), times, AT_SYMLINK_NOFOLLOW) == 0);
    return *this / name;
  }

 private:
  std::string path_;
};

}  // namespace pintle
