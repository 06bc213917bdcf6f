#include "fetch/place.hpp"

#include <fcntl.h>

#include "fetch/record.hpp"
#include "sys/entry.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"

namespace pintle::fetch {
namespace {

Result<sys::Ownership> wanted_by(const config::Request& request, mode_t mode) {
  sys::Ownership wanted{.mode = static_cast<mode_t>(request.number("mode").value_or(mode))};
  if (!request.has("owner")) return wanted;
  const sys::Accounts accounts = sys::read_accounts();
  const sys::Identity owner = TRY(sys::resolve_user(request.text("owner"), accounts));
  wanted.uid = owner.uid;
  wanted.gid = owner.gid;
  return wanted;
}

}  // namespace

Result<Place> Place::at(const std::string& path, const config::Request& request, mode_t mode) {
  Place place;
  place.path_ = path;
  place.wanted_ = TRY(wanted_by(request, mode));
  sys::Place reached = TRY(about(path, sys::reach_place(path)));
  place.directory_ = std::move(reached.directory);
  place.name_ = std::move(reached.name);
  const auto entry =
      TRY(about(path, sys::look_at(place.directory_, place.name_, sys::Mounts::cross)));
  if (!entry) return place;
  if (S_ISDIR(entry->info.st_mode)) return Error{"replace", 0, path, "it is a directory"};
  place.is_taken_ = true;
  place.may_be_kept_ = sys::may_be_kept(entry->info, place.wanted_);
  if (!S_ISREG(entry->info.st_mode)) return place;
  auto file = sys::reopen(entry->fd, place.directory_.get(), place.name_, O_RDONLY);
  if (file) place.file_ = *std::move(file);  // a file that this process cannot read is replaced
  return place;
}

Result<bool> Place::is_adoptable() const {
  if (!file_) return false;
  return may_be_kept_ || TRY(about(path_, sys::has_ownership(file_, wanted_)));
}

Result<std::string> Place::adopt() const {
  if (TRY(about(path_, sys::has_ownership(file_, wanted_)))) return std::string("unchanged");
  TRY(about(path_, sys::give_ownership(file_, wanted_)));
  return std::string("changed");
}

Result<std::string> Place::put(sys::NewFile& fresh, std::string_view record) const {
  const bool is_same =
      file_ && TRY(about(path_, sys::have_same_content(file_.get(), fresh.descriptor())));
  if (is_same && TRY(is_adoptable())) {
    if (may_be_kept_) keep_record(file_.get(), record);
    return adopt();
  }
  keep_record(fresh.descriptor(), record);
  TRY(fresh.finish(wanted_));
  return std::string(is_taken_ ? "changed" : "made");
}

}  // namespace pintle::fetch
