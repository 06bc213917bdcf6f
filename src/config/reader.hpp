// config/reader.hpp - reads JSON nodes into the model by tables of keys. The same rows give the
// parser, its messages, and what a schema or a reference needs to know of each key.
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

/// Knows where in the document we are, and collects what is wrong there.
class Reader {
 public:
  explicit Reader(Problems& problems, const ParseContext& context = {}) noexcept
      : problems_(problems), context_(context) {}

  /// The built-ins that a hook may use.
  std::span<const ActionSpec* const> actions() const noexcept { return context_.actions; }

  void problem(Position at, std::string message);
  const std::string& pointer() const noexcept { return pointer_; }

  /// The variables of the top level, and those of the hook, or of main, that is being read: what
  /// numbers and durations may be written with.
  void set_top(Variables top) { top_ = std::move(top); }
  void set_own(Variables own) { own_ = std::move(own); }
  const Variables& top() const noexcept { return top_; }
  /// What hooks that stand in for the one that is being read have if they say nothing else: what
  /// its group says; nullptr: nothing.
  void set_standard(const Identity* standard) noexcept { standard_ = standard; }
  const Identity* standard() const noexcept { return standard_; }
  /// Every `$` is a `$`, as on a command line.
  void take_literally() noexcept { is_literal_ = true; }

  /// The texts that stand for numbers, durations and booleans whose variables have no value yet;
  /// the reader begins anew.
  std::vector<std::string> take_unread() { return std::exchange(unread_, {}); }
  void set_unread(std::vector<std::string> texts) { unread_ = std::move(texts); }
  std::size_t unread() const noexcept { return unread_.size(); }

  using Mentions = std::map<std::string, Position, std::less<>>;
  using Names = std::set<std::string, std::less<>>;
  /// Where each variable stands first that a text needs, or that mention() was told of.
  Mentions take_mentions() { return std::exchange(mentions_, {}); }
  void mention(const std::string& name, Position at);

  /// The names that texts have, or that use() was told of.
  Names take_used() { return std::exchange(used_, {}); }
  void use(const std::string& name) { used_.insert(name); }

  /// What is wrong with the "${…}" of a text, "" if nothing; their names are mentions.
  std::string check_variables(const Node& node);

  /// Lengthens the pointer for as long as it lives.
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

  /// Something is left to expand in it.
  bool has_variables(const std::string& text) const noexcept;

  // Each returns the value, or notes a problem at the node and returns nullopt.
  std::optional<std::string> text(const Node& node);
  std::optional<std::string> filled_text(const Node& node);  ///< not empty
  std::optional<std::string> expandable(const Node& node);  ///< not empty; "${…}" are well formed
  /// The same, judged as soon as nothing is left to expand in it.
  std::optional<std::string> text_of(const Node& node, const TextKind& kind);
  std::optional<std::string> argument(const Node& node);  ///< expandable, but it may be empty
  /// The same, judged as what its variables make of it, if that is known.
  std::optional<std::string> expanded_text_of(const Node& node, const TextKind& kind);
  std::optional<bool> boolean(const Node& node);
  std::optional<std::int64_t> integer(const Node& node, std::int64_t least, std::int64_t most);
  std::optional<Duration> duration(const Node& node);
  std::optional<Duration> positive_duration(const Node& node);
  std::optional<mode_t> mode(const Node& node);        ///< "0750"
  std::optional<std::int64_t> size(const Node& node);  ///< bytes: "64MiB"
  std::optional<double> fraction(const Node& node, double least, double most);
  std::optional<int> signal(const Node& node);
  /// One that PID 1 can be told by: not SIGKILL, SIGSTOP or SIGCHLD.
  std::optional<int> stop_signal(const Node& node);
  std::optional<schedule::Cron> cron(const Node& node);
  std::optional<std::size_t> word(const Node& node, std::span<const std::string_view> words);
  bool is(const Node& node, Node::Type type);

 private:
  /// What a text with variables in it stands for, and the same for messages: without secrets.
  struct Resolved {
    std::string value;
    std::string shown;
  };
  /// A value that is read as something else than a text, and how a message names it.
  struct Meant {
    Node node;
    std::string shown;
    bool is_expanded = false;
  };
  /// nullopt when it cannot be known before the start.
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

/// How a value gets into a T, what it may be, and what is in it then.
template <class T>
struct Slot {
  void (*read)(Reader&, const Node&, T&);
  const Form* form;
  Field (*field)(const T&) = nullptr;  ///< of a parameter
};

/// When a key is read, wherever it stands: those that others are read by come first, and last those
/// that ask what the rest of the object is.
enum class Turn : std::uint8_t { first, any, last };

/// One key of an object that is read into a T. See KeyInfo for what the texts are.
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
  Turn turn = Turn::any;
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

/// True if each key has what people and editors need: help and an example.
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

/// What a row's neighbours are called, and whether they belong to this kind.
struct KeyName {
  std::string_view name;
  bool belongs;
};
void report_unknown_key(Reader& reader, const Member& member, std::span<const KeyName> known,
                        std::string_view object);

/// Notes a problem if `node`, an object, has no such key.
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

/// Reads every member of `node` by its row; a key without row, or of another kind of hook, is a
/// problem at that key, a required one that is missing, or a rule that is broken, at the object.
/// `other` is asked for keys without row: true if it took the member; else it may add names to
/// those that are known.
template <class T, class Other = NoOther>
void read_object(Reader& reader, const Node& node, const Object<T>& object, T& out,
                 Other other = {}) {
  if (!reader.is(node, Node::Type::object)) return;
  std::vector<const Key<T>*> rows;
  for (const Member& member : node.members) rows.push_back(find_row(object, member.key));
  for (const Turn turn : {Turn::first, Turn::any, Turn::last}) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Member& member = node.members[i];
      const Key<T>* row = rows[i];
      if (turn != (row == nullptr ? Turn::any : row->turn)) continue;
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

/// The members of an object whose keys are names of headers: tokens, which differ in more than
/// their case. `check` says what is wrong with one, as in Form.
Pairs read_headers(Reader& reader, const Node& node,
                   std::string (*check)(const std::string& name, const std::string& value));

/// A problem if `node` is an array without items: `why` is what that would mean.
void require_items(Reader& reader, const Node& node, std::string_view why);

/// Calls `each(item)` for the items of an array, with the pointer at them.
template <class Each>
void read_items(Reader& reader, const Node& node, Each each) {
  if (!reader.is(node, Node::Type::array)) return;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Reader::Inside inside(reader, i);
    each(node.items[i]);
  }
}

}  // namespace pintle::config
