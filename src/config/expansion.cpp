#include "config/expansion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/base64.hpp"
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

// --- formats, jq(1) "Format strings and escaping" -------------------------------------------

std::string as_json(const std::string& value) {
  using Json = nlohmann::json;
  return Json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// `quote` doubled by `inner` wherever it stands in `value`, which is put between two.
std::string quoted(const std::string& value, char quote, std::string_view inner) {
  std::string out(1, quote);
  for (const char c : value) {
    if (c == quote) {
      out += inner;
    } else {
      out += c;
    }
  }
  return out + quote;
}

std::string as_sh(const std::string& value) {
  return quoted(value, '\'', R"('\'')");
}

std::string as_sql(const std::string& value) {
  return quoted(value, '\'', "''");
}

/// RFC 3986 section 2.3: what is unreserved stays.
std::string as_uri(const std::string& value) {
  std::string out;
  for (const char c : value) {
    const bool stays = is_name_part(c) || c == '-' || c == '.' || c == '~';
    out += stays ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string as_base64(const std::string& value) {
  return to_base64(value);
}

struct Format {
  std::string_view name;
  std::string (*apply)(const std::string& value);
};
constexpr Format kValueFormats[] = {
    {"json", as_json}, {"sh", as_sh}, {"uri", as_uri}, {"base64", as_base64}, {"sql", as_sql}};

const Format* find_format(std::string_view name) noexcept {
  for (const Format& format : kValueFormats) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

// --- texts in pieces ------------------------------------------------------------------------

/// The size of the "${…}" at the front of `text`, with those in it; of all of it if it has no end.
std::size_t braced_size(std::string_view text) noexcept {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at).starts_with("${")) ++depth;
    if (text[at] == '}' && --depth == 0) return at + 1;
  }
  return text.size();
}

enum class Operator : char { none = 0, or_else = '-', if_set = '+', or_fail = '?' };

/// Literal bytes, or a variable.
struct Piece {
  std::string_view literal{};
  std::string_view name{};
  Operator op = Operator::none;
  std::vector<Piece> word{};  ///< of an operator
  const Format* format = nullptr;
  std::string_view from{};  ///< the rest of the text, from where it begins
};

/// Where what is taken apart ends: at the end of the text, or at a "}".
enum class End : bool { text, brace };

constexpr const char* kSyntax =
    "write ${NAME}, ${NAME:-word}, ${NAME:+word}, ${NAME:?message} or ${NAME@json} (sh, uri, "
    "base64, sql); $${ is a plain ${";

/// Takes a text apart. Of a template only braces make a variable, since its language has dollars of
/// its own.
class Parser {
 public:
  Parser(std::string_view text, bool is_template, std::span<const std::string> only = {}) noexcept
      : rest_(text), is_template_(is_template), only_(only) {}

  /// What was taken apart before an error is in `all` too.
  Result<void> take_all(std::vector<Piece>& all) { return take_pieces(End::text, 0, all); }
  /// Where it is, after an error.
  std::string_view rest() const noexcept { return rest_; }

 private:
  Error bad(std::string_view text, std::string_view why) {
    rest_ = text;
    return {"expand", 0, one_line(text, 120), std::string(why)};
  }

  Result<void> take_pieces(End end, std::size_t depth, std::vector<Piece>& all) {
    while (!rest_.empty() && !(end == End::brace && rest_.front() == '}')) {
      if (rest_.starts_with("${") && is_wanted()) {
        all.push_back(TRY(braced(depth)));
      } else {
        all.push_back(plain(end));
      }
    }
    return {};
  }

  /// True unless it is one of the names that stay.
  bool is_wanted() const noexcept {
    if (only_.empty()) return true;
    const std::string_view name = rest_.substr(2, name_length(rest_.substr(2)));
    return std::find(only_.begin(), only_.end(), name) != only_.end();
  }

  void take(std::size_t count) noexcept { rest_.remove_prefix(count); }

  /// Of "${": "${NAME}" and its like.
  Result<Piece> braced(std::size_t depth) {
    const std::string_view begin = rest_;
    const std::string_view whole = begin.substr(0, begin.find('}') + 1);  // of npos too: nothing
    if (depth == kDeepestWord)
      return bad(begin, "its words are nested more than 4 deep; write it with fewer levels");
    take(2);
    Piece piece{.name = rest_.substr(0, name_length(rest_)), .from = begin};
    take(piece.name.size());
    if (piece.name.empty()) return bad(whole.empty() ? begin : whole, why_not(whole));
    if (rest_.starts_with('@')) {
      const std::string_view name = rest_.substr(1, name_length(rest_.substr(1)));
      piece.format = find_format(name);
      if (piece.format == nullptr) return bad(whole.empty() ? begin : whole, why_not(whole));
      take(name.size() + 1);
    } else if (rest_.size() > 1 && rest_.front() == ':') {
      piece.op = static_cast<Operator>(rest_[1]);
      const bool is_known = piece.op == Operator::or_else || piece.op == Operator::if_set ||
                            piece.op == Operator::or_fail;
      if (!is_known) return bad(whole.empty() ? begin : whole, why_not(whole));
      take(2);
      TRY(take_pieces(End::brace, depth + 1, piece.word));
    }
    if (rest_.starts_with('}')) {
      take(1);
      return piece;
    }
    if (rest_.empty()) return bad(begin, why_not({}));
    return bad(whole.empty() ? begin : whole, why_not(whole));
  }

  static std::string_view why_not(std::string_view whole) noexcept {
    return whole.empty() ? "\"${\" is not closed by \"}\"" : kSyntax;
  }

  /// Something without braces, which takes at least one byte.
  Piece plain(End end) noexcept {
    Piece piece{.from = rest_};
    if (is_template_ ? rest_.starts_with("$${") && only_.empty() : rest_.starts_with("$$")) {
      const std::size_t size = is_template_ ? 2 : 1;
      piece.literal = rest_.substr(1, size);
      take(size + 1);
      return piece;
    }
    const std::size_t length =
        is_template_ || rest_.front() != '$' ? 0 : name_length(rest_.substr(1));
    if (length > 0) {
      piece.name = rest_.substr(1, length);
      take(length + 1);
      return piece;
    }
    const std::string_view stops = end == End::brace ? "$}" : "$";
    // The "}" of a name that stays does not end the word that it stands in.
    const std::size_t size = rest_.starts_with("${") && end == End::brace
                                 ? braced_size(rest_)
                                 : std::min(rest_.find_first_of(stops, 1), rest_.size());
    piece.literal = rest_.substr(0, size);
    take(size);
    return piece;
  }

  std::string_view rest_;
  bool is_template_;
  std::span<const std::string> only_;
};

using Missing = std::function<void(const Piece& piece, std::string words)>;

std::string joined(const std::vector<Piece>& pieces, const Scope& scope, const Missing& missing);

std::string value_of(const Piece& piece, const Scope& scope, const Missing& missing) {
  if (piece.name.empty()) return std::string(piece.literal);
  const auto value = scope.value(piece.name);
  const bool counts = value && !value->empty();
  if (!value && scope.is_to_come(piece.name)) {
    missing(piece, {});
    return {};
  }
  switch (piece.op) {
    case Operator::or_else:
      return counts ? *value : joined(piece.word, scope, missing);
    case Operator::if_set:
      return counts ? joined(piece.word, scope, missing) : std::string();
    case Operator::or_fail:
      if (!counts) missing(piece, joined(piece.word, scope, missing));
      break;
    case Operator::none:
      if (!value && !scope.is_optional(piece.name)) missing(piece, {});
      break;
  }
  if (!value) return {};
  return piece.format == nullptr ? *value : piece.format->apply(*value);
}

std::string joined(const std::vector<Piece>& pieces, const Scope& scope, const Missing& missing) {
  std::string out;
  for (const Piece& piece : pieces) {
    out += value_of(piece, scope, missing);
    if (out.size() > kLongestText) break;  // expand() and render() refuse it
  }
  return out;
}

/// Where `rest`, an end of `text`, begins: "LINE:COLUMN".
std::string place_of(std::string_view rest, std::string_view text) {
  const std::string_view before = text.substr(0, text.size() - rest.size());
  const std::size_t newline = before.rfind('\n');
  const std::size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  return fmt::format("{}:{}", 1 + std::count(before.begin(), before.end(), '\n'),
                     before.size() - begin + 1);
}

void add_names(const std::vector<Piece>& pieces, bool with_all, std::vector<std::string>& names) {
  for (const Piece& piece : pieces) {
    const bool is_needed = piece.op == Operator::none || piece.op == Operator::or_fail;
    if (!piece.name.empty() && (is_needed || with_all)) names.emplace_back(piece.name);
    add_names(piece.word, with_all, names);
  }
}

std::vector<std::string> names_of(std::string_view text, bool with_all) {
  std::vector<std::string> names;
  std::vector<Piece> pieces;
  (void)Parser(text, false).take_all(pieces);
  add_names(pieces, with_all, names);
  return names;
}

/// `given` has the names that have a value where the pieces are expanded.
void add_uses(const std::vector<Piece>& pieces, bool is_message,
              std::vector<std::string_view>& given, std::vector<NameUse>& uses) {
  for (const Piece& piece : pieces) {
    if (piece.name.empty()) continue;
    const bool is_given = std::find(given.begin(), given.end(), piece.name) != given.end();
    const bool is_bare = piece.op == Operator::none || piece.op == Operator::or_fail;
    uses.push_back({std::string(piece.name), is_bare && !is_given && !is_message,
                    piece.op != Operator::if_set && !is_message});
    if (piece.op == Operator::if_set) given.push_back(piece.name);
    add_uses(piece.word, is_message || piece.op == Operator::or_fail, given, uses);
    if (piece.op == Operator::if_set) given.pop_back();
  }
}

}  // namespace

namespace {

Error too_long(std::string_view text) {
  return {"expand", 0, one_line(text, 60), "it becomes longer than 16MiB"};
}

}  // namespace

Result<std::string> expand(std::string_view text, const Scope& scope,
                           std::vector<MissingVariable>& missing) {
  std::vector<Piece> pieces;
  TRY(Parser(text, false).take_all(pieces));
  std::string out = joined(pieces, scope, [&](const Piece& piece, std::string words) {
    std::vector<MissingVariable> found = scope.missing_for(piece.name);
    const bool has_words = !words.empty();
    if (found.empty() || has_words) {
      found = {{.name = std::string(piece.name),
                .description = std::move(words),
                .is_message = has_words}};
    }
    for (MissingVariable& one : found) missing.push_back(std::move(one));
  });
  if (out.size() > kLongestText) return too_long(text);
  return out;
}

Result<std::string> render(std::string_view text, const Scope& scope,
                           std::span<const std::string> only) {
  Parser parser(text, true, only);
  std::vector<Piece> pieces;
  const auto whole = parser.take_all(pieces);
  std::vector<std::string> wrong;
  const auto add = [&](std::string_view from, std::string_view what) {
    wrong.push_back(fmt::format("{}: {}", place_of(from, text), what));
  };
  std::string out = joined(pieces, scope, [&](const Piece& piece, const std::string& words) {
    const std::string why = words.empty() ? "is not set" : one_line(words, 120);
    add(piece.from, fmt::format("the variable {} {}", one_line(piece.name, 64),
                                words.empty() ? why : "is not set: " + why));
  });
  if (!whole) {
    add(text.substr(static_cast<std::size_t>(parser.rest().data() - text.data())),
        whole.error().detail);
  }
  if (out.size() > kLongestText) return too_long({});
  if (wrong.empty()) return out;
  return Error{"expand", 0, {}, fmt::format("{}", fmt::join(wrong, "; "))};
}

std::string as_text(std::string_view value) {
  std::string text;
  for (const char c : value) text += c == '$' ? "$$" : std::string(1, c);
  return text;
}

std::string check_expansion(std::string_view text) {
  std::vector<Piece> pieces;
  const auto whole = Parser(text, false).take_all(pieces);
  return whole ? std::string() : whole.error().detail;
}

std::vector<std::string> names_in(std::string_view text) {
  return names_of(text, false);
}

std::vector<NameUse> uses_in(std::string_view text) {
  std::vector<Piece> pieces;
  (void)Parser(text, false).take_all(pieces);
  std::vector<NameUse> uses;
  std::vector<std::string_view> given;
  add_uses(pieces, false, given, uses);
  return uses;
}

std::vector<std::string> all_names_in(std::string_view text) {
  return names_of(text, true);
}

std::vector<std::string> names_of(const Variable& variable) {
  std::vector<std::string> names;
  for (const std::string& text :
       {variable.value.value_or(""), variable.fallback.value_or(""), variable.file}) {
    for (std::string& name : all_names_in(text)) names.push_back(std::move(name));
  }
  if (!variable.file_variable.empty()) names.push_back(variable.file_variable);
  return names;
}

std::vector<std::string> formatted(const std::string& value) {
  std::vector<std::string> all;
  for (const Format& format : kValueFormats) all.push_back(format.apply(value));
  return all;
}

}  // namespace pintle::config
