#include "config/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace pintle::config {
namespace {

constexpr std::string_view kAction = "action";

class Encoder {
 public:
  void add(std::string_view name, std::string_view value) {
    is_clean_ = is_clean_ && value.find('\0') == std::string_view::npos;
    bytes_.append(name).append(1, '\0').append(value).append(1, '\0');
  }

  // One for each type of value.
  void put(std::string_view, std::monostate) {}
  void put(std::string_view name, const std::string* text) { add(name, *text); }
  void put(std::string_view name, std::int64_t number) { add(name, fmt::to_string(number)); }
  void put(std::string_view name, bool flag) { add(name, flag ? "true" : "false"); }
  void put(std::string_view name, Duration time) { add(name, fmt::to_string(time.count())); }
  void put(std::string_view name, const std::vector<std::string>* texts) {
    for (const std::string& text : *texts) add(name, text);
  }
  void put(std::string_view name, const Pairs* pairs) {
    for (const auto& [key, value] : *pairs) add(name, fmt::format("{}: {}", key, value));
  }

  Result<std::string> bytes() && {
    if (is_clean_) return std::move(bytes_);
    return Error{"use the parameters", 0, {}, "there is a NUL byte in one of them"};
  }

 private:
  std::string bytes_;
  bool is_clean_ = true;
};

std::optional<std::string> take(std::string_view& bytes) {
  const std::size_t end = bytes.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  std::string text(bytes.substr(0, end));
  bytes.remove_prefix(end + 1);
  return text;
}

}  // namespace

bool Request::has(std::string_view name) const noexcept {
  return std::any_of(values.begin(), values.end(),
                     [&](const auto& one) { return one.first == name; });
}

std::string Request::text(std::string_view name) const {
  for (const auto& [key, value] : values) {
    if (key == name) return value;
  }
  return {};
}

std::optional<std::int64_t> Request::number(std::string_view name) const noexcept {
  for (const auto& [key, value] : values) {
    if (key != name) continue;
    std::int64_t number = 0;
    const char* const last = value.data() + value.size();
    const auto [end, error] = std::from_chars(value.data(), last, number);
    if (error == std::errc() && end == last && number >= 0) return number;
  }
  return std::nullopt;
}

std::vector<std::string> Request::texts(std::string_view name) const {
  std::vector<std::string> all;
  for (const auto& [key, value] : values) {
    if (key == name) all.push_back(value);
  }
  return all;
}

Result<std::string> encode_request(const Builtin& use, const Pairs& more) {
  Encoder encoder;
  encoder.add(kAction, use.spec->name);
  for_fields(use, [&](const KeyInfo& key, const Field& field) {
    std::visit([&](const auto& one) { encoder.put(key.name, one); }, field);
  });
  for (const auto& [name, value] : more) encoder.add(name, value);
  return std::move(encoder).bytes();
}

Result<std::string> encode_request(std::string_view action, const Pairs& values) {
  Encoder encoder;
  encoder.add(kAction, action);
  for (const auto& [name, value] : values) encoder.add(name, value);
  return std::move(encoder).bytes();
}

Result<Request> decode_request(std::string_view bytes) {
  Request request;
  while (!bytes.empty()) {
    auto name = take(bytes);
    auto value = take(bytes);
    if (!name || name->empty() || !value) return Error{"read the request", 0, {}, "it is damaged"};
    request.values.emplace_back(std::move(*name), std::move(*value));
  }
  if (request.values.empty() || request.values.front().first != kAction) {
    return Error{"read the request", 0, {}, "it names no action"};
  }
  request.action = request.values.front().second;
  request.values.erase(request.values.begin());
  return request;
}

}  // namespace pintle::config
