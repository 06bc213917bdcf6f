// Any bytes as an answer whose content is read, whole and in pieces of one byte; and as what a
// server says of its version and of another place.
#include <optional>
#include <string>

#include "fetch/record.hpp"
#include "fetch/redirect.hpp"
#include "fuzz.hpp"
#include "http/body.hpp"

using namespace pintle;

namespace {

struct Taken {
  std::string content{};
  bool is_whole = false;
};

Taken take(const http::Head& head, std::string_view bytes, std::size_t size) {
  Taken taken;
  http::Body body(head);
  const http::Sink sink = [&](std::string_view piece) -> Result<void> {
    taken.content += piece;
    return {};
  };
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    const auto fed = body.feed(bytes.substr(at, size), sink);
    if (!fed) return taken;
    taken.is_whole = *fed;
    if (*fed) break;
  }
  return taken;
}

void judge_marks(const std::string& text) {
  const fetch::Validators marks = fetch::validators_in(text, text, "now");
  const fetch::Record record{"salt", "request", "content", marks};
  const auto again = fetch::parse_record(fetch::to_text(record));
  fuzz::require(marks.is_empty() || (again && again->validators.etag == marks.etag),
                "what a server says of its version cannot break a record");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text(data, size);
  judge_marks(std::string(text));
  const auto from = config::parse_web_url("https://example.org/a");
  const auto to = fetch::redirected(*from, text);
  if (to) fuzz::require(to->is_secure, "no redirection leads from https to http");
  const auto end = http::head_size(text);
  if (!end) return 0;
  fuzz::require(*end <= text.size(), "a head is within what came");
  const auto head = http::parse_head(text.substr(0, *end));
  if (!head) return 0;
  fuzz::require(head->status >= 100 && head->status <= 999, "a status has three digits");
  fuzz::require(!head->length || *head->length >= 0, "a length is not below zero");
  const std::string_view rest = text.substr(*end);
  const Taken whole = take(*head, rest, rest.size() + 1);
  const Taken pieces = take(*head, rest, 1);
  fuzz::require(whole.is_whole == pieces.is_whole, "it does not matter how an answer arrives");
  fuzz::require(!whole.is_whole || whole.content == pieces.content, "its content is the same then");
  return 0;
}
