#include "config/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.hpp"

namespace pintle::config {
namespace {

/// Follows the text token by token, in step with the library's events, which carry no position.
class Cursor {
 public:
  explicit Cursor(std::string_view text) noexcept : text_(text) {}

  /// Goes to the next token and over it; returns where it begins.
  Position next() noexcept {
    skip_separators();
    const Position at = here();
    if (offset_ >= text_.size()) return at;
    const char first = text_[offset_];
    if (first == '"') {
      skip_string();
    } else if (std::string_view("{}[]").find(first) != std::string_view::npos) {
      ++offset_;
    } else {
      while (offset_ < text_.size() && is_scalar(text_[offset_])) ++offset_;
    }
    return at;
  }

  /// Where the byte `offset` of the text is.
  Position place(std::size_t offset) noexcept {
    line_ = 1;
    line_start_ = counted_ = 0;
    offset_ = std::min(offset, text_.size());
    return here();
  }

 private:
  static bool is_scalar(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '+' || c == '.';
  }

  void skip_separators() noexcept {
    while (offset_ < text_.size()) {
      const char c = text_[offset_];
      if (c == '/') {
        skip_comment();
      } else if (std::string_view(" \t\r\n,:").find(c) != std::string_view::npos) {
        ++offset_;
      } else {
        return;
      }
    }
  }

  void skip_comment() noexcept {
    const bool block = text_.substr(offset_, 2) == "/*";
    const std::string_view end = block ? "*/" : "\n";
    const std::size_t found = text_.find(end, offset_ + 2);
    offset_ = found == std::string_view::npos ? text_.size() : found + end.size();
  }

  void skip_string() noexcept {
    for (++offset_; offset_ < text_.size() && text_[offset_] != '"'; ++offset_) {
      if (text_[offset_] == '\\') ++offset_;
    }
    offset_ = std::min(offset_ + 1, text_.size());
  }

  /// Counts the lines since the last call, so that the whole text is counted once.
  Position here() noexcept {
    for (; counted_ < offset_; ++counted_) {
      if (text_[counted_] != '\n') continue;
      ++line_;
      line_start_ = counted_ + 1;
    }
    return {line_, offset_ - line_start_ + 1};
  }

  std::string_view text_;
  std::size_t offset_ = 0;
  std::size_t counted_ = 0;
  std::size_t line_ = 1;
  std::size_t line_start_ = 0;
};

std::string escape_pointer(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

/// Builds the tree from the library's events.
class Builder : public nlohmann::json::json_sax_t {
 public:
  Builder(std::string_view text, Problems& problems) : cursor_(text), problems_(problems) {}

  Node take() { return std::move(root_); }

  bool null() override { return add({.type = Node::Type::null}); }
  bool boolean(bool value) override { return add({.type = Node::Type::boolean, .truth = value}); }
  bool number_integer(number_integer_t value) override { return add_integer(value); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value <= INT64_MAX) return add_integer(static_cast<std::int64_t>(value));
    return add({.type = Node::Type::fraction, .text = fmt::format("{}", value)});
  }
  bool number_float(number_float_t, const string_t& text) override {
    return add({.type = Node::Type::fraction, .text = text});
  }
  bool string(string_t& value) override {
    const Position at = cursor_.next();
    if (!check_text(value, at)) return false;
    return place({.type = Node::Type::string, .at = at, .text = std::move(value)});
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Node::Type::object); }
  bool start_array(std::size_t) override { return open(Node::Type::array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    const Position at = cursor_.next();
    if (!check_text(name, at)) return false;
    Node& object = *open_.back();
    if (object.members.size() >= kMostMembers) {
      return refuse(at, fmt::format("an object has more than {} keys", kMostMembers));
    }
    if (object.find(name) != nullptr) {
      return refuse(at, fmt::format("the key \"{}\" is twice in this object; remove one",
                                    one_line(name, 60)));
    }
    object.members.push_back({std::move(name), at, {}});
    return true;
  }

  bool parse_error(std::size_t offset, const std::string& token,
                   const nlohmann::detail::exception& error) override {
    const std::string_view what = error.what();
    const std::size_t start = what.find("syntax error");
    const std::string reason = start == std::string_view::npos
                                   ? fmt::format("the number {} is too large", one_line(token, 60))
                                   : one_line(what.substr(start), 200);
    problems_.push_back({cursor_.place(offset > 0 ? offset - 1 : 0), {}, reason});
    return false;
  }

 private:
  bool add(Node node) {
    node.at = cursor_.next();
    return place(std::move(node));
  }

  bool add_integer(std::int64_t value) {
    return add({.type = Node::Type::integer, .integer = value, .text = fmt::format("{}", value)});
  }

  bool open(Node::Type type) {
    const Position at = cursor_.next();
    if (open_.size() >= kDeepestNesting) {
      return refuse(at, fmt::format("nested deeper than {} levels", kDeepestNesting));
    }
    place({.type = type, .at = at});
    open_.push_back(last_);
    return true;
  }

  bool close() {
    (void)cursor_.next();
    open_.pop_back();
    return true;
  }

  /// Puts `node` where the next value belongs, and notes its address: an open container does not
  /// move, because only the innermost one grows.
  bool place(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      last_ = &root_;
    } else if (open_.back()->type == Node::Type::array) {
      last_ = &open_.back()->items.emplace_back(std::move(node));
    } else {
      last_ = &(open_.back()->members.back().value = std::move(node));
    }
    return true;
  }

  bool check_text(const std::string& text, Position at) {
    if (text.find('\0') == std::string::npos) return true;
    return refuse(at, "a string contains a NUL character, which no argument or path can contain");
  }

  bool refuse(Position at, std::string message) {
    problems_.push_back({at, pointer(), std::move(message)});
    return false;
  }

  /// RFC 6901 pointer to the innermost open container.
  std::string pointer() const {
    std::string out;
    for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
      const Node& node = *open_[i];
      out += node.type == Node::Type::array ? fmt::format("/{}", node.items.size() - 1)
                                            : "/" + escape_pointer(node.members.back().key);
    }
    return out;
  }

  Cursor cursor_;
  Problems& problems_;
  Node root_;
  Node* last_ = nullptr;
  std::vector<Node*> open_;
};

}  // namespace

const Node* Node::find(std::string_view key) const noexcept {
  for (const Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

std::string_view name_of(Node::Type type) noexcept {
  switch (type) {
    case Node::Type::null:
      return "null";
    case Node::Type::boolean:
      return "a boolean";
    case Node::Type::integer:
      return "a whole number";
    case Node::Type::fraction:
      return "a number";
    case Node::Type::string:
      return "a string";
    case Node::Type::array:
      return "an array";
    case Node::Type::object:
      return "an object";
  }
  return "a value";
}

std::string format_problem(const Problem& problem, const std::string& file) {
  std::string line = one_line(file);
  if (problem.at.line > 0) line += fmt::format(":{}:{}", problem.at.line, problem.at.column);
  line += ": ";
  if (!problem.pointer.empty()) line += one_line(problem.pointer, 200) + ": ";
  return line + problem.message;
}

Node parse_json(std::string_view text, Problems& problems) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    problems.push_back({{1, 1}, {}, "the file begins with a byte order mark; save it without"});
    return {};
  }
  // The library takes one for the end of the text, and would not look at what follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    problems.push_back(
        {Cursor(text).place(nul), {}, "the file contains a NUL byte; it is not a text file"});
    return {};
  }
  Builder builder(text, problems);
  try {
    nlohmann::json::sax_parse(text.begin(), text.end(), &builder,
                              nlohmann::json::input_format_t::json, true, true);
  } catch (const nlohmann::json::exception& error) {
    problems.push_back({{}, {}, one_line(error.what(), 200)});
  }
  return builder.take();
}

}  // namespace pintle::config
