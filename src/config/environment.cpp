#include "config/environment.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>

#include "base/text.hpp"

namespace pintle::config {
namespace {

bool is_name_start(char c) noexcept {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_name_part(char c) noexcept {
  return is_name_start(c) || (c >= '0' && c <= '9');
}

std::size_t name_length(std::string_view text) noexcept {
  if (text.empty() || !is_name_start(text.front())) return 0;
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_name_part) -
                                  text.begin());
}

/// A piece of a text: literal bytes, or a variable with its default.
struct Piece {
  std::string_view literal{};
  std::string_view name{};
  std::optional<std::string_view> fallback{};
};

Error bad(std::string_view text, std::string_view why) {
  return {"expand", 0, one_line(text, 120), std::string(why)};
}

/// "${NAME}" or "${NAME:-default}" at the front of `text`.
Result<Piece> take_braced(std::string_view& text) {
  const std::size_t end = text.find('}');
  if (end == std::string_view::npos) return bad(text, "\"${\" is not closed by \"}\"");
  const std::string_view inside = text.substr(2, end - 2);
  const std::size_t length = name_length(inside);
  const std::string_view rest = inside.substr(length);
  if (length == 0 || (!rest.empty() && !rest.starts_with(":-"))) {
    return bad(text.substr(0, end + 1), "write ${NAME} or ${NAME:-default}; $$ is a plain $");
  }
  Piece piece{.name = inside.substr(0, length)};
  if (!rest.empty()) piece.fallback = rest.substr(2);
  text.remove_prefix(end + 1);
  return piece;
}

/// Takes the next piece from the front of `text`, which is not empty.
Result<Piece> take_piece(std::string_view& text) {
  if (text.starts_with("${")) return take_braced(text);
  Piece piece;
  if (text.starts_with("$$")) {
    piece.literal = text.substr(0, 1);
    text.remove_prefix(2);
  } else if (const std::size_t length = name_length(text.substr(1));
             text.front() == '$' && length > 0) {
    piece.name = text.substr(1, length);
    text.remove_prefix(length + 1);
  } else {
    const std::size_t end = std::min(text.find('$', 1), text.size());
    piece.literal = text.substr(0, end);
    text.remove_prefix(end);
  }
  return piece;
}

std::string now() {
  const time_t seconds = ::time(nullptr);
  tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  const std::size_t size = ::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, size};
}

const Variable* find(const Variables& variables, std::string_view name) noexcept {
  for (const Variable& variable : variables) {
    if (variable.name == name) return &variable;
  }
  return nullptr;
}

/// What `variable` is worth: its fixed value, the container's, or its default.
std::optional<std::string> value_of(const Variable& variable, const Environ& container) {
  if (variable.value) return variable.value;
  auto given = get(container, variable.name);
  if (given && (!given->empty() || variable.allow_empty)) return given;
  return variable.fallback;
}

}  // namespace

std::optional<std::string> get(const Environ& environ, std::string_view name) {
  for (const std::string& entry : environ) {
    if (entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name)) {
      return entry.substr(name.size() + 1);
    }
  }
  return std::nullopt;
}

void set(Environ& environ, std::string_view name, std::string_view value) {
  unset(environ, name);
  environ.push_back(fmt::format("{}={}", name, value));
}

void unset(Environ& environ, std::string_view name) {
  std::erase_if(environ, [&](const std::string& entry) {
    return entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name);
  });
}

std::optional<std::string> Scope::value(std::string_view name) const {
  const Variable* declared = find(own_, name);
  if (declared == nullptr) declared = find(top_, name);
  if (declared != nullptr) return value_of(*declared, container_);
  if (name == "NOW") return now();
  auto given = get(container_, name);
  return given && !given->empty() ? given : std::nullopt;
}

std::vector<MissingVariable> Scope::missing() const {
  std::vector<MissingVariable> missing;
  for (const Variables* variables : {&top_, &own_}) {
    for (const Variable& variable : *variables) {
      if (variables == &top_ && find(own_, variable.name) != nullptr) continue;
      if (!value_of(variable, container_)) missing.push_back({variable.name, variable.description});
    }
  }
  return missing;
}

Environ Scope::child(bool inherits) const {
  Environ environ = inherits ? container_ : Environ();
  if (!inherits) set(environ, "PATH", get(container_, "PATH").value_or(std::string(kStandardPath)));
  for (const Variables* variables : {&top_, &own_}) {
    for (const Variable& variable : *variables) {
      if (const auto value = value_of(variable, container_)) set(environ, variable.name, *value);
    }
  }
  if (!get(environ, "PATH")) set(environ, "PATH", kStandardPath);
  return environ;
}

Result<std::string> expand(std::string_view text, const Scope& scope,
                           std::vector<MissingVariable>& missing) {
  std::string out;
  while (!text.empty()) {
    const Piece piece = TRY(take_piece(text));
    if (piece.name.empty()) {
      out += piece.literal;
    } else if (const auto value = scope.value(piece.name)) {
      out += *value;
    } else if (piece.fallback) {
      out += *piece.fallback;
    } else {
      missing.push_back({std::string(piece.name), {}});
    }
  }
  return out;
}

std::string check_expansion(std::string_view text) {
  while (!text.empty()) {
    const auto piece = take_piece(text);
    if (!piece) return piece.error().detail;
  }
  return {};
}

std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const auto piece = take_piece(text);
    if (!piece) break;
    if (!piece->name.empty() && !piece->fallback) names.emplace_back(piece->name);
  }
  return names;
}

}  // namespace pintle::config
