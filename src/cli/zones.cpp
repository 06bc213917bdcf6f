#include "cli/zones.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "schedule/tzif.hpp"
#include "sys/entry.hpp"
#include "sys/walk.hpp"

namespace pintle::cli {
namespace {

using Zone = std::shared_ptr<const schedule::Zone>;  // none: UTC
using Names = std::vector<std::string>;

constexpr std::string_view kFolder = "/usr/share/zoneinfo";
constexpr std::string_view kUtcNames[] = {"UTC", "Etc/UTC", "GMT"};

Result<Names> names_in(const std::string& folder) {
  const sys::Reached reached = TRY(sys::reach_directory(folder, sys::Missing::fail));
  Names names = TRY(sys::names_in(reached.directory));
  std::sort(names.begin(), names.end());
  return names;
}

/// The name of a zone that is written nearly like `name`, looked for from folder to folder; "" if
/// there is none.
std::string meant(std::string_view name) {
  std::string found;
  while (!name.empty()) {
    const std::string_view part = name.substr(0, name.find('/'));
    name.remove_prefix(std::min(part.size() + 1, name.size()));
    const auto names = names_in(fmt::format("{}/{}", kFolder, found));
    if (!names) return {};
    const std::vector<std::string_view> candidates(names->begin(), names->end());
    const bool is_there = std::find(candidates.begin(), candidates.end(), part) != candidates.end();
    const std::string_view next = is_there ? part : nearest(part, candidates);
    if (next.empty()) return {};
    found += fmt::format("{}{}", found.empty() ? "" : "/", next);
  }
  return found;
}

Error wrong(std::string detail) {
  return {"read the time zone", 0, {}, std::move(detail)};
}

Error unknown(const std::string& name) {
  const std::string other = meant(name);
  return wrong(fmt::format("there is no time zone \"{}\" in {}{}", one_line(name, 60), kFolder,
                           other.empty() ? "" : fmt::format("; did you mean \"{}\"?", other)));
}

Result<Zone> read(const std::string& name) {
  const std::string path = fmt::format("{}/{}", kFolder, name);
  const auto bytes = sys::read_trusted_file(path, schedule::kLargestTzif);
  if (!bytes) {
    const Error& error = bytes.error();
    if (error.code == ENOENT || error.code == ENOTDIR) return unknown(name);
    return wrong(error.message());
  }
  auto zone = schedule::parse_tzif(*bytes);
  if (zone) return std::make_shared<const schedule::Zone>(*std::move(zone));
  return wrong(fmt::format("'{}' is not a time zone: {}", one_line(path), zone.error().detail));
}

/// True if the image has no zone at all.
bool has_none() {
  const auto names = names_in(std::string(kFolder));
  return names ? names->empty() : names.error().code == ENOENT;
}

class Zones {
 public:
  /// Errors: `detail` says why there is none of that name.
  Result<Zone> find(const std::string& name) {
    if (std::find(std::begin(kUtcNames), std::end(kUtcNames), name) != std::end(kUtcNames)) {
      return Zone();
    }
    if (const auto known = known_.find(name); known != known_.end()) return known->second;
    if (!are_missing_) are_missing_ = has_none();
    const Zone zone = *are_missing_ ? Zone() : TRY(read(name));
    return known_.emplace(name, zone).first->second;
  }

  Names notes() const {
    if (!are_missing_.value_or(false)) return {};
    std::string names;
    for (const auto& [name, utc] : known_) {
      names += fmt::format("{}{}", names.empty() ? "" : ", ", one_line(name, 60));
    }
    return {
        fmt::format("the image has no time zones ({}, package tzdata): UTC is used instead of {}",
                    kFolder, names)};
  }

 private:
  std::optional<bool> are_missing_;  ///< unset: nobody asked
  std::map<std::string, Zone> known_;
};

}  // namespace

std::vector<std::string> load_zones(config::Model& model, config::Problems& problems) {
  Zones zones;
  for (config::Hook& hook : model.hooks) {
    auto* job = std::get_if<config::JobPolicy>(&hook.policy);
    if (job == nullptr || job->schedule.timezone.empty()) continue;
    config::Schedule& schedule = job->schedule;
    const auto zone = zones.find(schedule.timezone);
    if (!zone) {
      problems.push_back({schedule.timezone_at, hook.pointer + "/timezone", zone.error().detail});
    } else if (schedule.cron) {
      schedule.cron->set_zone(*zone);
    }
  }
  return zones.notes();
}

}  // namespace pintle::cli
