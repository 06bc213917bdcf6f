#include "config/concealed.hpp"

#include <algorithm>
#include <utility>

#include "base/shown.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kHidden = "***";

/// Goes through the tokens of a text that may be no JSON, and keeps in mind under which keys it is.
class Search {
 public:
  explicit Search(std::string_view text) noexcept : text_(text) {}

  std::vector<Concealed> run() {
    while (at_ < text_.size()) step();
    while (open_.size() > 1) close();
    std::sort(found_.begin(), found_.end(),
              [](const Concealed& a, const Concealed& b) { return a.begin < b.begin; });
    return std::move(found_);
  }

 private:
  struct Part {
    std::size_t begin;
    std::size_t end;
  };
  /// An object or array that has begun.
  struct Open {
    std::string_view name{};     ///< the key under which it stands
    std::string_view key{};      ///< the last one in it
    std::vector<Part> values{};  ///< of a variable
    bool is_secret = false;
  };

  void step() {
    const char c = text_[at_];
    if (c == '"') return take_string();
    if (c == '/') return skip_comment();
    if (c == '{' || c == '[') open_.push_back({open_.back().key, c == '[' ? open_.back().key : ""});
    if ((c == '}' || c == ']') && open_.size() > 1) close();
    if (std::string_view("{}[],: \t\r\n").find(c) != std::string_view::npos) {
      ++at_;
      return;
    }
    const std::size_t begin = at_++;
    while (at_ < text_.size() && kEnds.find(text_[at_]) == std::string_view::npos) ++at_;
    take_value({begin, at_});
  }

  void close() {
    const Open& last = open_.back();
    for (const Part& value : last.values) {
      last.is_secret ? hide(value) : hide_credentials(value);
    }
    open_.pop_back();
  }

  void skip_comment() noexcept {
    const std::string_view end = text_.substr(at_, 2) == "/*" ? "*/" : "\n";
    const std::size_t found = text_.find(end, at_ + 1);
    at_ = found == std::string_view::npos ? text_.size() : found + end.size();
  }

  /// One that does not end ends with its line.
  void take_string() {
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\n') {
      at_ += text_[at_] == '\\' ? 2U : 1U;
    }
    at_ = std::min(at_, text_.size());
    const Part inside{begin, at_};
    if (at_ < text_.size() && text_[at_] == '"') ++at_;
    const std::size_t next = text_.find_first_not_of(" \t\r\n", at_);
    const bool is_key = next != std::string_view::npos && text_[next] == ':';
    if (!is_key) return take_value(inside);
    open_.back().key = of(inside);
  }

  void take_value(const Part& part) {
    Open& inside = open_.back();
    if (is_of_variable() && (inside.key == "value" || inside.key == "defaultValue")) {
      if (is_secret_name(inside.name)) return hide(part);
      inside.values.push_back(part);
      return;
    }
    if (inside.key == "secret" && of(part) == "true") inside.is_secret = true;
    constexpr std::string_view kMaps[] = {"environment", "headers", "fields"};
    const bool is_entry =
        std::find(std::begin(kMaps), std::end(kMaps), inside.name) != std::end(kMaps);
    if (is_entry && is_secret_name(inside.key)) return hide(part);
    hide_credentials(part);
  }

  bool is_of_variable() const noexcept {
    return open_.size() > 1 && open_[open_.size() - 2].name == "environment";
  }

  std::string_view of(const Part& part) const noexcept {
    return text_.substr(part.begin, part.end - part.begin);
  }

  void hide_credentials(const Part& part) {
    std::string shown = shown_value(of(part));
    if (shown != of(part)) found_.push_back({part.begin, part.end, std::move(shown)});
  }

  void hide(const Part& part) { found_.push_back({part.begin, part.end, std::string(kHidden)}); }

  static constexpr std::string_view kEnds = "{}[],: \t\r\n\"/";

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Open> open_{1};
  std::vector<Concealed> found_;
};

}  // namespace

std::vector<Concealed> concealed_in(std::string_view text) {
  return Search(text).run();
}

}  // namespace pintle::config
