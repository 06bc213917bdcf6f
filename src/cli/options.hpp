// cli/options.hpp - parses command lines by tables: each row is an option, and --help is made from
// the same rows.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pintle::cli {

/// One option of a command that fills in a T. `argument` names its value; empty: it takes none.
template <class T>
struct Option {
  char letter;  ///< 0: there is only the long form
  const char* name;
  const char* argument;
  std::string_view help;
  Result<void> (*apply)(T& out, std::string_view value);
};

/// The parts of a row that do not depend on T.
struct OptionText {
  char letter;
  const char* name;
  const char* argument;
  std::string_view help;
};

struct FoundOption {
  std::size_t row;
  std::string_view value;
};

/// Where options may be: before all other words, which may be the command line of another program,
/// or among them. After "--" there are none.
enum class Order : bool { first, anywhere };

/// Reads a command line with getopt_long(3). With Order::anywhere it moves the other words after
/// the options.
class OptionWalk {
 public:
  OptionWalk(std::span<const OptionText> rows, int argc, char** argv, Order order);

  /// The next option; row is npos at the end. Errors: an unknown option, a missing value.
  Result<FoundOption> next();

  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
  /// After the last option: the index of the first other word, and whether "--" was before it.
  int operands() const noexcept { return operands_; }
  bool saw_separator() const noexcept { return saw_separator_; }

 private:
  std::span<const OptionText> rows_;
  int argc_;
  char** argv_;
  Order order_;
  int operands_ = 1;
  bool saw_separator_ = false;
};

struct Operands {
  int first;
  bool after_separator;
};

template <class T, std::size_t N>
std::vector<OptionText> texts_of(const Option<T> (&rows)[N]) {
  std::vector<OptionText> texts;
  for (const auto& row : rows) texts.push_back({row.letter, row.name, row.argument, row.help});
  return texts;
}

/// Applies every option of the command line to `out`.
template <class T, std::size_t N>
Result<Operands> parse_options(const Option<T> (&rows)[N], int argc, char** argv, T& out,
                               Order order = Order::anywhere) {
  const auto texts = texts_of(rows);
  OptionWalk walk(texts, argc, argv, order);
  for (;;) {
    const FoundOption found = TRY(walk.next());
    if (found.row == OptionWalk::npos) return Operands{walk.operands(), walk.saw_separator()};
    TRY(rows[found.row].apply(out, found.value));
  }
}

/// The lines of --help for these rows.
std::string help_for(std::span<const OptionText> rows);

/// An error about a mistake on the command line; message() returns `detail` unchanged.
Error usage_error(std::string detail);

}  // namespace pintle::cli
