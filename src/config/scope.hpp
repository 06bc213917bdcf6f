// config/scope.hpp - the variables of a hook: their values, and the environment of its process.
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
  bool is_message = false;   ///< `description` is that of ${NAME:?message}; it has priority
  bool is_too_long = false;  ///< its value has more than kLongestValue bytes
};

/// A file that has the value of a variable.
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
  /// The steps have begun: a variable without a value has none, instead of one that is not known
  /// yet.
  bool are_settled = false;
};

/// Where values come from besides the config and the environment.
struct Sources {
  FileValues files{};
  std::optional<std::int64_t> memory{};  ///< the container's limit, in bytes
  std::optional<std::int64_t> cpus{};    ///< in thousandths of a CPU
  const StepOutputs* outputs = nullptr;
};

/// The values of names for one hook: its own entries come first, then those of the top level, then
/// the container.
///
/// The value of an entry is expanded at the level of the entry: an entry of the top level does not
/// see those of a hook. Its own name in it means the value one level further out, so that an entry
/// can add to a value. Values of the container and of files are not expanded.
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

  /// The value of `name`; nullopt if it has none.
  std::optional<std::string> value(std::string_view name) const;

  /// True if `name` has a value. An empty value counts only with `allowEmpty`.
  bool is_given(std::string_view name) const;

  /// True if `name` has no value yet, because a step will set it or a variable that it needs.
  bool is_to_come(std::string_view name) const;

  /// True if `name` is declared as one that may be missing.
  bool is_optional(std::string_view name) const noexcept;

  /// True if the value of `name` must not be shown: see is_secret(), or it contains a value that
  /// must not.
  bool is_secret(std::string_view name) const;

  /// The same for log lines: every secret has the value "***", and other values are as
  /// shown_value() shows them.
  Scope masked() const {
    Scope other = *this;
    other.is_masked_ = true;
    return other;
  }

  /// The missing variables because of which `name` has no value: itself, or those that its value
  /// needs.
  std::vector<MissingVariable> missing_for(std::string_view name) const;

  /// Every declared variable that needs a value and has none, and those that such a value needs.
  std::vector<MissingVariable> missing() const;

  /// The problems of declared variables that have a value: it does not match, or it is set twice.
  /// One line for each; without the value of a secret.
  std::vector<std::string> problems() const;

  /// The environment of a child: the variables of the container if it inherits them, and every
  /// declared variable that has a value, except those that are not exported or that name the file
  /// of another one. PATH is always in it.
  Environ child(bool inherits) const;

  /// The values that must not be shown: of declared secrets, and of the container's that are named
  /// like one.
  std::vector<std::string> secrets() const;

  /// Calls `each` for every declared variable that has a file whose path is known. A variable of
  /// the hook hides the one of the top level with the same name.
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

  /// The values found so far, masked or not: without them a value would be computed again each time
  /// that another one contains it.
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
  std::string_view hidden_{};  ///< ignored, since its own value is being expanded
  unsigned depth_ = 0;
};

/// True if the value of the variable must not be shown: it is declared secret, is from a file, or
/// has the name of a secret.
bool is_secret(const Variable& variable) noexcept;

/// True if the variable is in the environment of processes.
bool is_exported(const Variable& variable) noexcept;

/// What is wrong with a pattern, regex(7); "" if nothing.
std::string check_pattern(const std::string& pattern);

/// True if the whole of `value` matches.
bool matches(const std::string& pattern, const std::string& value);

/// The longest value that contains others, in bytes: the kernel passes no longer one to a program
/// (MAX_ARG_STRLEN, execve(2)).
inline constexpr std::size_t kLongestValue = 131'071;

/// How deep values may contain each other; check_circles() refuses deeper ones.
inline constexpr unsigned kDeepestText = 64;

/// The PATH of a container that sets none.
inline constexpr std::string_view kStandardPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

}  // namespace pintle::config
