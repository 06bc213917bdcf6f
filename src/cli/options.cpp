#include "cli/options.hpp"

#include <fmt/format.h>
#include <getopt.h>

#include "base/text.hpp"

namespace pintle::cli {
namespace {

std::string letters_of(std::span<const OptionText> rows, Order order) {
  std::string letters =
      order == Order::first ? "+:" : ":";  // the colon tells a missing value apart
  for (const OptionText& row : rows) {
    if (row.letter == 0) continue;
    letters += row.letter;
    if (*row.argument != '\0') letters += ':';
  }
  return letters;
}

std::vector<option> names_of(std::span<const OptionText> rows) {
  std::vector<option> names;
  for (const OptionText& row : rows) {
    if (*row.name == '\0') continue;
    const int argument = *row.argument == '\0' ? no_argument : required_argument;
    names.push_back({row.name, argument, nullptr, 256 + static_cast<int>(&row - rows.data())});
  }
  names.push_back({nullptr, 0, nullptr, 0});
  return names;
}

/// getopt_long(3) leaves the wrong option in optopt if it is a letter, otherwise only in the word
/// before optind.
std::string wrong_option(char** argv, std::span<const OptionText> rows) {
  if (::optopt >= 256)
    return fmt::format("--{}", rows[static_cast<std::size_t>(optopt - 256)].name);
  if (::optopt > 0) return fmt::format("-{}", static_cast<char>(::optopt));
  return one_line(argv[::optind - 1], 60);
}

}  // namespace

Error usage_error(std::string detail) {
  return {"use the command line", 0, {}, std::move(detail)};
}

OptionWalk::OptionWalk(std::span<const OptionText> rows, int argc, char** argv, Order order)
    : rows_(rows), argc_(argc), argv_(argv), order_(order) {
  // Starts a new scan. glibc needs 0 if the last scan ended within a word; musl accepts 0 or 1.
  ::optind = 0;
  ::opterr = 0;
}

Result<FoundOption> OptionWalk::next() {
  if (argc_ < 1) return FoundOption{npos, {}};
  const std::string letters = letters_of(rows_, order_);
  const auto names = names_of(rows_);
  ::optopt = 0;
  const int found = ::getopt_long(argc_, argv_, letters.c_str(), names.data(), nullptr);
  if (found == -1) {
    operands_ = ::optind;
    saw_separator_ = ::optind > 1 && std::string_view(argv_[::optind - 1]) == "--";
    return FoundOption{npos, {}};
  }
  if (found == ':') return usage_error(fmt::format("{} needs a value", wrong_option(argv_, rows_)));
  if (found == '?')
    return usage_error(fmt::format("unknown option '{}'", wrong_option(argv_, rows_)));
  std::size_t row = found >= 256 ? static_cast<std::size_t>(found - 256) : 0;
  if (found < 256) {
    while (rows_[row].letter != found) ++row;
  }
  return FoundOption{row, ::optarg == nullptr ? std::string_view() : std::string_view(::optarg)};
}

std::string help_for(std::span<const OptionText> rows) {
  std::string text;
  for (const OptionText& row : rows) {
    std::string left = row.letter == 0 ? "    " : fmt::format("-{}", row.letter);
    if (row.letter != 0 && *row.name != '\0') left += ", ";
    if (*row.name != '\0') left += fmt::format("--{}", row.name);
    if (*row.argument != '\0') left += fmt::format(" {}", row.argument);
    text += fmt::format("  {:<27}  {}\n", left, row.help);
  }
  return text;
}

}  // namespace pintle::cli
