#include "config/environment.hpp"

#include <fmt/format.h>

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

/// Where `rest`, an end of `text`, begins: "LINE:COLUMN".
std::string place_of(std::string_view rest, std::string_view text) {
  const std::string_view before = text.substr(0, text.size() - rest.size());
  const std::size_t newline = before.rfind('\n');
  const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  return fmt::format("{}:{}", 1 + std::count(before.begin(), before.end(), '\n'),
                     before.size() - begin + 1);
}

/// "${NAME}" or "${NAME:-default}" at the front of `text`.
Result<Piece> take_braced(std::string_view& text) {
  const std::size_t end = text.find('}');
  if (end == std::string_view::npos) return bad(text, "\"${\" is not closed by \"}\"");
  const std::string_view inside = text.substr(2, end - 2);
  const std::size_t length = name_length(inside);
  const std::string_view rest = inside.substr(length);
  if (length == 0 || (!rest.empty() && !rest.starts_with(":-"))) {
    return bad(text.substr(0, end + 1), "write ${NAME} or ${NAME:-default}; $${ is a plain ${");
  }
  if (rest.find("${") != std::string_view::npos) {
    return bad(text.substr(0, end + 1), "a default is plain text: no \"${\" is expanded in it");
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

/// The same of a template, whose language has dollars of its own: only braces make a variable.
Result<Piece> take_template_piece(std::string_view& text) {
  if (text.starts_with("${")) return take_braced(text);
  const bool is_escape = text.starts_with("$${");
  const std::size_t end = is_escape ? 3 : std::min(text.find('$', 1), text.size());
  const Piece piece{.literal = text.substr(is_escape ? 1 : 0, is_escape ? 2 : end)};
  text.remove_prefix(end);
  return piece;
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

Result<std::string> render(std::string_view text, const Scope& scope) {
  std::string out;
  std::vector<std::string> wrong;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view here = rest;
    const auto piece = take_template_piece(rest);
    if (!piece) {
      wrong.push_back(fmt::format("{}: {}", place_of(here, text), piece.error().detail));
      break;
    }
    if (piece->name.empty()) {
      out += piece->literal;
    } else if (const auto value = scope.value(piece->name)) {
      out += *value;
    } else if (piece->fallback) {
      out += *piece->fallback;
    } else {
      wrong.push_back(fmt::format("{}: the variable {} is not set", place_of(here, text),
                                  one_line(piece->name, 64)));
    }
  }
  if (wrong.empty()) return out;
  return Error{"expand", 0, {}, fmt::format("{}", fmt::join(wrong, "; "))};
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
