// config/reader.hpp - reads JSON nodes into the model by tables of keys. The same rows serve the
// parser, its messages, the schema and the reference.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "config/form.hpp"
#include "config/json.hpp"
#include "config/model.hpp"
#include "config/parse.hpp"
#include "schedule/cron.hpp"

namespace pintle::config {

/// Reads values, knows the current place in the document, and collects the problems.
class Reader {
 public:
  explicit Reader(Problems& problems, const ParseContext& context = {}) noexcept
      : problems_(problems), context_(context) {}

  /// The built-ins that a hook may use.
  std::span<const ActionSpec* const> actions() const noexcept { return context_.actions; }

  void problem(Position at, std::string message);
  const std::string& pointer() const noexcept { return pointer_; }

  /// The variables of the top level, and those of the hook, or of main, that is being read: numbers
  /// and durations may be written with them.
  void set_top(Variables top) { top_ = std::move(top); }
  void set_own(Variables own) { own_ = std::move(own); }
  const Variables& top() const noexcept { return top_; }
  /// The defaults for fallbacks and repairs of the hook that is being read: those of its group;
  /// nullptr: none.
  void set_standard(const Identity* standard) noexcept { standard_ = standard; }
  const Identity* standard() const noexcept { return standard_; }
  /// From now on a `$` is an ordinary character, as on a command line.
  void take_literally() noexcept { is_literal_ = true; }

  /// Returns the strings that are written for numbers, durations and booleans and whose variables
  /// have no value yet, and forgets them.
  std::vector<std::string> take_unread() { return std::exchange(unread_, {}); }
  void set_unread(std::vector<std::string> texts) { unread_ = std::move(texts); }
  std::size_t unread() const noexcept { return unread_.size(); }

  using Mentions = std::map<std::string, Position, std::less<>>;
  using Names = std::set<std::string, std::less<>>;
  /// Returns the first place of each variable that a string needs, or that mention() got.
  Mentions take_mentions() { return std::exchange(mentions_, {}); }
  void mention(const std::string& name, Position at);

  /// Returns the names in strings, and those that use() got.
  Names take_used() { return std::exchange(used_, {}); }
  void use(const std::string& name) { used_.insert(name); }

  /// Returns what is wrong with the "${…}" of a string, "" if nothing; mentions their names.
  std::string check_variables(const Node& node);

  /// Makes the pointer longer for as long as it lives.
  class Inside {
   public:
    Inside(Reader& reader, std::string_view key);
    Inside(Reader& reader, std::size_t index);
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() { reader_.pointer_.resize(size_); }

   private:
    Reader& reader_;
    std::size_t size_;
  };

  /// True if `text` has variables to expand.
  bool has_variables(const std::string& text) const noexcept;

  // Each returns the value, or notes a problem at the node and returns nullopt.
  std::optional<std::string> text(const Node& node);
  std::optional<std::string> nonempty_text(const Node& node);  ///< not empty
  std::optional<std::string> expandable(const Node& node);  ///< not empty; "${…}" are well formed
  /// The same, checked if it has no variables to expand.
  std::optional<std::string> text_of(const Node& node, const TextKind& kind);
  std::optional<std::string> argument(const Node& node);  ///< expandable, but it may be empty
  /// The same, checked after its variables are expanded, if their values are known.
  std::optional<std::string> expanded_text_of(const Node& node, const TextKind& kind);
  std::optional<bool> boolean(const Node& node);
  std::optional<std::int64_t> integer(const Node& node, std::int64_t least, std::int64_t most);
  std::optional<Duration> duration(const Node& node);
  std::optional<Duration> positive_duration(const Node& node);
  std::optional<mode_t> mode(const Node& node);        ///< "0750"
  std::optional<std::int64_t> size(const Node& node);  ///< bytes: "64MiB"
  std::optional<double> fraction(const Node& node, double least, double most);
  std::optional<int> signal(const Node& node);
  /// A signal that can stop the container: not SIGKILL, SIGSTOP or SIGCHLD.
  std::optional<int> stop_signal(const Node& node);
  std::optional<schedule::Cron> cron(const Node& node);
  std::optional<std::size_t> word(const Node& node, std::span<const std::string_view> words);
  bool is(const Node& node, Node::Type type);

 private:
  /// The value of a string after its variables are expanded, and the same for messages, without
  /// secrets.
  struct Resolved {
    std::string value;
    std::string shown;
  };
  /// A value that is not read as a string, and its name in a message.
  struct Meant {
    Node node;
    std::string shown;
    bool is_expanded = false;
  };
  /// nullopt if it is not known before the start.
  std::optional<Resolved> resolve(const std::string& text) const;
  std::optional<Meant> resolved(const Node& node);
  std::optional<Duration> duration_from(const Node& node, Duration least);
  bool is(const Meant& meant, Node::Type type);

  Problems& problems_;
  const ParseContext context_;
  Variables top_;
  Variables own_;
  const Identity* standard_ = nullptr;
  bool is_literal_ = false;
  std::string pointer_;
  std::vector<std::string> unread_;
  Mentions mentions_;
  Names used_;
};

/// How a value is read into a T, its form, and how it is read back.
template <class T>
struct Slot {
  void (*read)(Reader&, const Node&, T&);
  const Form* form;
  Field (*field)(const T&) = nullptr;  ///< only for a parameter of an action
};

/// When a key is read, wherever it is in the object: first those that other keys need, last those
/// that need the other keys.
enum class ReadOrder : std::uint8_t { first, any, last };

/// One key of an object that is read into a T. KeyInfo describes the strings.
template <class T>
struct Key {
  using Owner = T;
  std::string_view name;
  Slot<T> value;
  std::string_view help;
  std::string_view example;
  std::string_view standard = {};
  Kinds kinds = kAnyKind;
  bool required = false;
  ReadOrder order = ReadOrder::any;
};

template <class T>
struct Object : ObjectInfo {
  std::span<const Key<T>> keys;
};

template <const auto& Keys>
KeyInfo info_at(std::size_t row) {
  const auto& key = Keys[row];
  return {key.name, *key.value.form, key.help, key.example, key.standard, key.kinds, key.required};
}

/// True if each key has a help text and an example.
template <const auto& Keys>
constexpr bool is_described() {
  return std::all_of(std::begin(Keys), std::end(Keys),
                     [](const auto& key) { return !key.help.empty() && !key.example.empty(); });
}

/// The object that is read by the rows `Keys`.
template <const auto& Keys>
constexpr auto object_of(ObjectInfo info) {
  static_assert(is_described<Keys>());
  info.rows = {std::size(Keys), info_at<Keys>};
  return Object<typename std::remove_cvref_t<decltype(Keys[0])>::Owner>{info, Keys};
}

/// The name of a known key, and whether this object may have it.
struct KeyName {
  std::string_view name;
  bool belongs;
};
void report_unknown_key(Reader& reader, const Member& member, std::span<const KeyName> known,
                        std::string_view object);

/// Notes a problem if `node`, an object, does not have the key `name`.
void require_key(Reader& reader, const Node& node, std::string_view name);

/// Notes a problem for each rule that `node`, an object, breaks.
void check_rules(Reader& reader, const Node& node, std::span<const Rule> rules);

struct NoOther {
  bool operator()(const Member&, std::vector<KeyName>&) const noexcept { return false; }
};

/// The row of a member; nullptr if the object has none.
template <class T>
const Key<T>* find_row(const Object<T>& object, std::string_view name) noexcept {
  for (const Key<T>& key : object.keys) {
    if (key.name == name && has_key(object, key)) return &key;
  }
  return nullptr;
}

/// Reads every member of `node` by its row. Notes a problem for an unknown key, or one of another
/// kind of hook, at that key; for a missing required key, or a broken rule, at the object. `other`
/// is called for keys without a row: it returns true if it has read the member; otherwise it may
/// add to the known names.
template <class T, class Other = NoOther>
void read_object(Reader& reader, const Node& node, const Object<T>& object, T& out,
                 Other other = {}) {
  if (!reader.is(node, Node::Type::object)) return;
  std::vector<const Key<T>*> rows;
  for (const Member& member : node.members) rows.push_back(find_row(object, member.key));
  for (const ReadOrder order : {ReadOrder::first, ReadOrder::any, ReadOrder::last}) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Member& member = node.members[i];
      const Key<T>* row = rows[i];
      if (order != (row == nullptr ? ReadOrder::any : row->order)) continue;
      const Reader::Inside inside(reader, member.key);
      if (row != nullptr) {
        row->value.read(reader, member.value, out);
        continue;
      }
      std::vector<KeyName> known;
      for (const Key<T>& key : object.keys) known.push_back({key.name, has_key(object, key)});
      if (!other(member, known)) report_unknown_key(reader, member, known, object.title);
    }
  }
  for (const Key<T>& key : object.keys) {
    if (needs_key(object, key)) require_key(reader, node, key.name);
  }
  check_rules(reader, node, object.rules);
}

/// Reads an object of headers: tokens as keys, which must differ in more than case. `check` returns
/// what is wrong with a header, as in Form.
Pairs read_headers(Reader& reader, const Node& node,
                   std::string (*check)(const std::string& name, const std::string& value));

/// Notes a problem if `node` is an array without items; `why` is the reason.
void require_items(Reader& reader, const Node& node, std::string_view why);

/// Calls `each(item)` for the items of an array, with the pointer at the item.
template <class Each>
void read_items(Reader& reader, const Node& node, Each each) {
  if (!reader.is(node, Node::Type::array)) return;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Reader::Inside inside(reader, i);
    each(node.items[i]);
  }
}

}  // namespace pintle::config
