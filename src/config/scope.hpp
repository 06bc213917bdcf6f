// config/scope.hpp - variables: which value a name has for a hook, and what its process inherits.
// Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/environ.hpp"
#include "config/model.hpp"

namespace pintle::config {

/// A variable that something needs and that has no value.
struct MissingVariable {
  std::string name;
  std::string description;
  bool is_to_come = false;   ///< a step that has not run yet will set it
  bool is_message = false;   ///< it is that of ${NAME:?message}, which counts more than others
  bool is_too_long = false;  ///< it has one, of more than kLongestValue bytes
};

/// A file that a variable's value is to come from.
struct NamedFile {
  const Variable& variable;
  std::string path;
  bool is_by_variable;  ///< its `fileVariable` names it
};

/// The contents of the files that variables name, by path.
using FileValues = std::map<std::string, std::string>;

/// A variable that a step sets, `output.variable`.
struct StepOutput {
  bool is_exported = false;
  bool is_secret = false;
  std::optional<std::string> value{};
};
struct StepOutputs {
  std::map<std::string, StepOutput, std::less<>> values{};
  /// The steps run: one without a value has none, instead of one that nobody knows yet.
  bool are_settled = false;
};

/// Where values come from besides the config and the environment.
struct Sources {
  FileValues files{};
  std::optional<std::int64_t> memory{};  ///< the container's limit, in bytes
  std::optional<std::int64_t> cpus{};    ///< in thousandths of a CPU
  const StepOutputs* outputs = nullptr;
};

/// What names mean for one hook: its own entries, the top level's, then the container's.
///
/// The text of an entry is expanded where the entry stands: one of the top level does not see those
/// of a hook. Its own name means there what it means one level further out, so that an entry can
/// add to a value. Values from outside (the container's, a file's) are not expanded.
class Scope {
 public:
  Scope(const Environ& container, const Variables& top, const Variables& own,
        const Sources* sources = nullptr)
      : container_(container),
        top_(top),
        own_(own),
        sources_(sources),
        known_(std::make_shared<KnownValues>()) {}

  /// The same for a hook that runs once for each of several files: `file` has the kFileVariables of
  /// this run; nullptr: they are not known yet.
  Scope for_each(const Variables* file) const {
    Scope other = *this;
    other.is_for_each_ = true;
    other.file_ = file;
    other.known_ = std::make_shared<KnownValues>();
    return other;
  }

  /// The value of `name`; nullopt when it has none.
  std::optional<std::string> value(std::string_view name) const;

  /// True if it has a value that counts: an empty one does only with `allowEmpty`.
  bool is_given(std::string_view name) const;

  /// It has no value yet, since a step will set it, or what its text needs.
  bool is_to_come(std::string_view name) const;

  /// It is declared as one that may be missing.
  bool is_optional(std::string_view name) const noexcept;

  /// True if its value must not be shown: see is_secret(), or it is made of one that must not.
  bool is_secret(std::string_view name) const;

  /// The same for lines: every secret has the value "***", and of others what shown_value() leaves.
  Scope masked() const {
    Scope other = *this;
    other.is_masked_ = true;
    return other;
  }

  /// What is missing where `name` has no value: itself, or what the text of its value needs.
  std::vector<MissingVariable> missing_for(std::string_view name) const;

  /// Every declared variable that has no value and needs one, or what the text of its value needs.
  std::vector<MissingVariable> missing() const;

  /// What is wrong with the declared ones that have one: it does not match, or it is set twice. A
  /// line each; a secret's value is not in it.
  std::vector<std::string> problems() const;

  /// What a child starts with: the container's variables if it inherits them, and every declared
  /// one that has a value; those that are not exported are in neither, nor are those that name the
  /// file of another one. PATH is always there.
  Environ child(bool inherits) const;

  /// The values that must not be shown: of declared secrets, and of the container's that are named
  /// like one.
  std::vector<std::string> secrets() const;

  /// Calls `each` for every declared variable that counts here and names a file whose path is
  /// known; a hook's own one hides the top level's.
  void for_files(const std::function<void(const NamedFile&)>& each) const;

 private:
  enum class Level : unsigned char { own, top, container };
  struct Entry {
    const Variable* variable = nullptr;  ///< nullptr: it is declared nowhere
    Level level = Level::container;
  };

  Entry entry_of(std::string_view name) const noexcept;
  std::vector<Entry> declared() const;
  Scope within(const Entry& entry) const;
  std::optional<std::string> expanded(const std::string& text, const Entry& entry,
                                      std::vector<MissingVariable>& missing) const;
  std::optional<NamedFile> file_of(const Entry& entry, std::vector<MissingVariable>& missing) const;
  std::optional<std::string> value_of(const Entry& entry,
                                      std::vector<MissingVariable>& missing) const;
  std::optional<std::string> make_value(const Entry& entry,
                                        std::vector<MissingVariable>& missing) const;
  std::optional<std::string> value_of(const Entry& entry) const;
  bool is_secret(const Entry& entry) const;

  const Environ& container_;
  const Variables& top_;
  const Variables& own_;
  void add_late(Environ& environ) const;
  std::optional<std::string> late_value(std::string_view name) const;
  const StepOutput* output_of(std::string_view name) const noexcept;
  bool is_late_secret(std::string_view name) const noexcept;
  bool is_file_variable(std::string_view name) const noexcept;

  /// What was found for an entry, masked or not: values that are made of each other would otherwise
  /// be made again for each time that one stands in another.
  struct KnownValue {
    std::optional<std::string> value{};
    std::vector<MissingVariable> missing{};
  };
  using KnownValues = std::map<std::pair<const Variable*, bool>, KnownValue>;

  const Sources* sources_;
  std::shared_ptr<KnownValues> known_;
  bool is_for_each_ = false;
  const Variables* file_ = nullptr;
  bool is_masked_ = false;
  Level from_ = Level::own;    ///< where names are looked up first
  std::string_view hidden_{};  ///< not there, since it is its text that is expanded
  unsigned depth_ = 0;
};

/// True if its value must not be shown: it says so, it is from a file, or its name is a secret's.
bool is_secret(const Variable& variable) noexcept;

/// True if processes find it in their environment.
bool is_exported(const Variable& variable) noexcept;

/// What is wrong with a pattern, regex(7); "" if nothing.
std::string check_pattern(const std::string& pattern);

/// True if the whole of `value` matches.
bool matches(const std::string& pattern, const std::string& value);

/// The longest value that is made of others, in bytes: the kernel passes no longer one to a program
/// (MAX_ARG_STRLEN, execve(2)).
inline constexpr std::size_t kLongestValue = 131'071;

/// How many texts of variables may stand one within the other; check_circles() refuses more.
inline constexpr unsigned kDeepestText = 64;

/// The PATH of a container that sets none.
inline constexpr std::string_view kStandardPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

}  // namespace pintle::config
