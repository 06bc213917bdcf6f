#include "schedule/tzif.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "schedule/zone_rule.hpp"

namespace pintle::schedule {
namespace {

using std::chrono::seconds;

constexpr std::string_view kMagic = "TZif";
constexpr std::size_t kReserved = 15;
constexpr std::size_t kTypeSize = 6;
constexpr std::int64_t kLeastOffset = -25 * 3600 + 1;  // RFC 9636, section 3.2
constexpr std::int64_t kMostOffset = 26 * 3600 - 1;

Error wrong_file(const char* why) {
  return {"read the time zone", 0, {}, why};
}

Result<std::string_view> take(std::string_view& left, std::uint64_t size) {
  if (size > left.size()) return wrong_file("it ends too early");
  const std::string_view taken = left.substr(0, size);
  left.remove_prefix(taken.size());
  return taken;
}

/// Big-endian, two's complement.
std::int64_t number_in(std::string_view bytes) noexcept {
  const bool is_negative = (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0;
  std::uint64_t value = is_negative ? std::numeric_limits<std::uint64_t>::max() : 0;
  for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(value);
}

struct Header {
  char version = '\0';
  std::uint64_t ut_marks = 0;  // UT and standard time marks are not used, only skipped
  std::uint64_t standard_marks = 0;
  std::uint64_t leap_seconds = 0;
  std::uint64_t times = 0;
  std::uint64_t types = 0;
  std::uint64_t letters = 0;  // length of all abbreviations
};

Result<Header> take_header(std::string_view& left) {
  if (!left.starts_with(kMagic)) return wrong_file("it does not begin with \"TZif\"");
  left.remove_prefix(kMagic.size());
  Header header;
  header.version = TRY(take(left, 1)).front();
  (void)TRY(take(left, kReserved));
  for (std::uint64_t* count : {&header.ut_marks, &header.standard_marks, &header.leap_seconds,
                               &header.times, &header.types, &header.letters}) {
    *count = static_cast<std::uint32_t>(number_in(TRY(take(left, 4))));
  }
  return header;
}

std::uint64_t size_of_block(const Header& header, std::size_t width) noexcept {
  return header.times * (width + 1) + header.types * kTypeSize + header.letters +
         header.leap_seconds * (width + 4) + header.standard_marks + header.ut_marks;
}

Result<void> check_counts(const Header& header) {
  if (header.types == 0) return wrong_file("it has no types");
  for (const std::uint64_t marks : {header.ut_marks, header.standard_marks}) {
    if (marks != 0 && marks != header.types) return wrong_file("its counts contradict each other");
  }
  if (header.leap_seconds != 0)
    return wrong_file("it counts leap seconds; use a zone file without them");
  return {};
}

Result<seconds> offset_of(std::string_view types, std::size_t type) {
  if (type >= types.size() / kTypeSize)
    return wrong_file("it refers to a type that it does not have");
  const std::int64_t offset = number_in(types.substr(type * kTypeSize, 4));
  if (offset < kLeastOffset || offset > kMostOffset)
    return wrong_file("an offset from UTC is more than a day");
  return seconds(offset);
}

struct Read {
  Zone zone;
  WallTime last;  ///< the last change, not before kZoneBegin
};

/// Reads the times of changes and their offsets; a time has `width` bytes.
Result<Read> read_block(const Header& header, std::size_t width, std::string_view block) {
  TRY(check_counts(header));
  const std::string_view times = TRY(take(block, header.times * width));
  const std::string_view types_at = TRY(take(block, header.times));
  const std::string_view types = TRY(take(block, header.types * kTypeSize));
  Read read{Zone(TRY(offset_of(types, 0))), kZoneBegin};
  std::int64_t before = std::numeric_limits<std::int64_t>::min();
  for (std::size_t i = 0; i < types_at.size(); ++i) {
    const std::int64_t time = number_in(times.substr(i * width, width));
    if (i > 0 && time <= before) return wrong_file("its times do not ascend");
    before = time;
    const WallTime begin{seconds(time)};
    read.zone.set(begin, TRY(offset_of(types, static_cast<unsigned char>(types_at[i]))));
    read.last = std::max(read.last, begin);
  }
  return read;
}

Result<void> follow_footer(std::string_view left, Read& read) {
  if (!left.starts_with('\n')) return wrong_file("its footer is missing");
  const std::size_t end = left.find('\n', 1);
  if (end == std::string_view::npos) return wrong_file("it ends too early");
  if (end == 1 || read.last >= kZoneEnd) return {};
  TRY(ZoneRule::parse(left.substr(1, end - 1))).extend(read.zone, read.last);
  return {};
}

}  // namespace

Result<Zone> parse_tzif(std::string_view bytes) {
  const Header header = TRY(take_header(bytes));
  const std::string_view block = TRY(take(bytes, size_of_block(header, 4)));
  if (header.version < '2') return TRY(read_block(header, 4, block)).zone;
  const Header second = TRY(take_header(bytes));
  const std::string_view second_block = TRY(take(bytes, size_of_block(second, 8)));
  Read read = TRY(read_block(second, 8, second_block));
  TRY(follow_footer(bytes, read));
  return std::move(read.zone);
}

}  // namespace pintle::schedule
