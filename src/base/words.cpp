#include "base/words.hpp"

#include <optional>
#include <utility>

namespace pintle {
namespace {

constexpr std::string_view kBlanks = " \t\n";

class Words {
 public:
  explicit Words(std::string_view text) noexcept : rest_(text) {}

  Result<std::vector<std::string>> take_all() {
    while (!rest_.empty()) {
      const char c = take();
      if (kBlanks.find(c) != std::string_view::npos) {
        end_word();
      } else if (c == '\'') {
        TRY(take_single());
      } else if (c == '"') {
        TRY(take_double());
      } else if (c == '\\') {
        TRY(take_escaped());
      } else {
        word() += c;
      }
    }
    end_word();
    return std::move(words_);
  }

 private:
  static Error bad(const char* why) { return {"split into words", 0, {}, why}; }

  char take() noexcept {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  std::string& word() { return word_ ? *word_ : word_.emplace(); }
  void end_word() {
    if (word_) words_.push_back(*std::move(word_));
    word_.reset();
  }

  Result<void> take_single() {
    const std::size_t end = rest_.find('\'');
    if (end == std::string_view::npos) return bad("a single quote is not closed");
    word() += rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return {};
  }

  Result<void> take_double() {
    word();
    while (!rest_.empty()) {
      const char c = take();
      if (c == '"') return {};
      const bool escapes =
          c == '\\' && !rest_.empty() &&
          std::string_view("\"\\$`\n").find(rest_.front()) != std::string_view::npos;
      if (!escapes) {
        word() += c;
      } else if (const char next = take(); next != '\n') {
        word() += next;
      }
    }
    return bad("a double quote is not closed");
  }

  /// A backslash before a newline continues the line.
  Result<void> take_escaped() {
    if (rest_.empty()) return bad("there is a backslash at the end, with nothing after it");
    if (const char next = take(); next != '\n') word() += next;
    return {};
  }

  std::string_view rest_;
  std::optional<std::string> word_{};
  std::vector<std::string> words_{};
};

}  // namespace

Result<std::vector<std::string>> split_words(std::string_view text) {
  return Words(text).take_all();
}

}  // namespace pintle
