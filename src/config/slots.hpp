// config/slots.hpp - the values in rows: each reads into a member, and gets its form from the
// function that reads it, so that the two cannot differ. A value with its own reader is {reader,
// &its_form}.
#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/path.hpp"
#include "config/reader.hpp"

namespace pintle::config {

// --- forms -----------------------------------------------------------------------------------

/// The forms of the readers that need only the node.
template <auto Method>
inline constexpr Form kFormOf = Method;  // only the ones below have one

template <>
inline constexpr Form kFormOf<&Reader::text>{.type = Form::Type::text};
template <>
inline constexpr Form kFormOf<&Reader::nonempty_text>{.type = Form::Type::text, .least = 1};
template <>
inline constexpr Form kFormOf<&Reader::expandable>{.type = Form::Type::expandable, .least = 1};
template <>
inline constexpr Form kFormOf<&Reader::argument>{.type = Form::Type::expandable};
template <>
inline constexpr Form kFormOf<&Reader::boolean>{.type = Form::Type::boolean, .name = "boolean"};
template <>
inline constexpr Form kFormOf<&Reader::duration>{.type = Form::Type::duration, .name = "duration"};
template <>
inline constexpr Form kFormOf<&Reader::positive_duration>{
    .type = Form::Type::duration, .least = 1, .name = "positiveDuration"};
template <>
inline constexpr Form kFormOf<&Reader::mode>{.type = Form::Type::mode, .name = "mode"};
template <>
inline constexpr Form kFormOf<&Reader::size>{.type = Form::Type::size, .name = "size"};
template <>
inline constexpr Form kFormOf<&Reader::signal>{.type = Form::Type::signal, .name = "signal"};

template <>
inline constexpr Form kFormOf<&Reader::stop_signal>{
    .type = Form::Type::signal, .words = kNoStopSignals, .name = "stopSignal"};
template <>
inline constexpr Form kFormOf<&Reader::cron>{.type = Form::Type::cron, .name = "cron"};

inline constexpr Form kNullForm{.type = Form::Type::null};
inline constexpr Form kCommandForm{.type = Form::Type::command, .name = "command"};

template <std::int64_t Least, std::int64_t Most>
inline constexpr Form kCountForm{.type = Form::Type::count, .least = Least, .most = Most};

template <std::int64_t Least, std::int64_t Most>
inline constexpr Form kFractionForm{.type = Form::Type::fraction, .least = Least, .most = Most};

template <const auto& Words>
inline constexpr Form kWordForm{.type = Form::Type::word, .words = Words};

template <const Form&... Parts>
inline constexpr const Form* kParts[] = {&Parts...};

template <const Form& Item, std::int64_t Least = 0>
inline constexpr Form kListForm{.type = Form::Type::list, .least = Least, .parts = kParts<Item>};

template <const Form& Keys, const Form& Values>
inline constexpr Form kMapForm{.type = Form::Type::map, .parts = kParts<Keys, Values>};

template <const Form&... Parts>
inline constexpr Form kEitherForm{.type = Form::Type::either, .parts = kParts<Parts...>};

template <const TextKind& Kind>
inline constexpr Form kTextForm{.type = Form::Type::expandable, .least = 1, .kind = &Kind};

template <const TextKind& Kind>
inline constexpr Form kTextOrTextsForm{
    .type = Form::Type::either,
    .least = 1,
    .parts = kParts<kTextForm<Kind>, kListForm<kTextForm<Kind>, 1>>,
    .kind = &Kind};

/// A name of a header, RFC 9110 section 5.1: a token.
inline constexpr Form kHeaderName{.type = Form::Type::text,
                                  .pattern = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"};

template <auto Check>
inline constexpr Form kHeadersForm{.type = Form::Type::map,
                                   .parts = kParts<kHeaderName, kFormOf<&Reader::expandable>>,
                                   .check_member = Check};

template <const auto& Object>
inline constexpr Form kObjectForm{.type = Form::Type::object, .object = &Object};

// --- slots -----------------------------------------------------------------------------------

template <class>
struct MemberOf;
template <class T, class V>
struct MemberOf<V T::*> {
  using Owner = T;
  using Value = V;
};
template <class V>
struct Bare {
  using Type = V;
};
template <class V>
struct Bare<std::optional<V>> {
  using Type = V;
};
template <auto Part>
using OwnerOf = typename MemberOf<decltype(Part)>::Owner;
template <auto Part>
using ValueOf = typename Bare<typename MemberOf<decltype(Part)>::Value>::Type;

/// The value of a member, for parameters of actions.
template <class V>
Field field_in(const V& value) noexcept {
  if constexpr (std::is_same_v<V, bool>) {
    return value ? Field(true) : Field();
  } else if constexpr (std::is_same_v<V, Duration>) {
    return value;
  } else if constexpr (std::is_enum_v<V> || std::is_integral_v<V>) {
    return static_cast<std::int64_t>(value);
  } else if constexpr (requires { value.has_value(); }) {
    return value ? field_in(*value) : Field();
  } else if constexpr (std::is_same_v<V, std::vector<std::string>> || std::is_same_v<V, Pairs>) {
    return value.empty() ? Field() : Field(&value);
  } else if constexpr (std::is_same_v<V, std::string>) {
    return &value;
  } else {
    return {};  // no parameter is of that type
  }
}
template <auto Part>
Field field_of(const OwnerOf<Part>& owner) noexcept {
  return field_in(owner.*Part);
}

/// For a member that may be written as one string or as several; one is returned as a string.
template <auto Part>
Field field_of_texts(const OwnerOf<Part>& owner) noexcept {
  const std::vector<std::string>& texts = owner.*Part;
  return texts.size() == 1 ? Field(&texts.front()) : field_in(texts);
}

template <auto Part, auto Method>
void read_into(Reader& reader, const Node& node, OwnerOf<Part>& out) {
  if (auto value = (reader.*Method)(node)) out.*Part = std::move(*value);
}
template <auto Part, const TextKind& Kind>
void read_text(Reader& reader, const Node& node, OwnerOf<Part>& out) {
  if (auto value = reader.text_of(node, Kind)) out.*Part = *std::move(value);
}
template <auto Part, const TextKind& Kind>
void read_texts(Reader& reader, const Node& node, OwnerOf<Part>& out) {
  (out.*Part).clear();
  read_items(reader, node, [&](const Node& item) {
    if (auto value = reader.expanded_text_of(item, Kind)) (out.*Part).push_back(*std::move(value));
  });
}
template <auto Part, const TextKind& Kind>
void read_text_or_texts(Reader& reader, const Node& node, OwnerOf<Part>& out) {
  if (node.type == Node::Type::array) {
    require_items(reader, node, "name at least one");
    return read_texts<Part, Kind>(reader, node, out);
  }
  if (auto value = reader.text_of(node, Kind)) out.*Part = {*std::move(value)};
}
template <auto Part, auto Check>
void read_part_headers(Reader& reader, const Node& node, OwnerOf<Part>& out) {
  out.*Part = read_headers(reader, node, Check);
}
template <auto Part, std::int64_t Least, std::int64_t Most>
void read_count(Reader& reader, const Node& node, OwnerOf<Part>& out) {
  const auto value = reader.integer(node, Least, Most);
  if (value) out.*Part = static_cast<ValueOf<Part>>(*value);
}
template <auto Part, std::int64_t Least, std::int64_t Most>
void read_fraction(Reader& reader, const Node& node, OwnerOf<Part>& out) {
  if (const auto value = reader.fraction(node, Least, Most)) out.*Part = *value;
}
template <auto Part, const auto& Words>
void read_word(Reader& reader, const Node& node, OwnerOf<Part>& out) {
  if (const auto word = reader.word(node, Words)) out.*Part = static_cast<ValueOf<Part>>(*word);
}
template <auto Part, auto Method>
void read_list(Reader& reader, const Node& node, OwnerOf<Part>& out) {
  (out.*Part).clear();
  read_items(reader, node, [&](const Node& item) {
    if (auto value = (reader.*Method)(item)) (out.*Part).push_back(std::move(*value));
  });
}
template <auto Part, const auto& Object>
void read_member(Reader& reader, const Node& node, OwnerOf<Part>& out) {
  read_object(reader, node, Object, out.*Part);
}
template <auto Part, const auto& Inner>
void read_within(Reader& reader, const Node& node, OwnerOf<Part>& out) {
  Inner.read(reader, node, out.*Part);
}

// NOLINTBEGIN(readability-identifier-naming): in a row they read like functions.
/// into<&Hook::timeout, &Reader::duration>
template <auto Part, auto Method>
inline constexpr Slot<OwnerOf<Part>> into{read_into<Part, Method>, &kFormOf<Method>,
                                          field_of<Part>};

/// A string with variables: text<&Identity::working_directory, kPath>
template <auto Part, const TextKind& Kind>
inline constexpr Slot<OwnerOf<Part>> text{read_text<Part, Kind>, &kTextForm<Kind>, field_of<Part>};

/// An array of strings with variables.
template <auto Part, const TextKind& Kind>
inline constexpr Slot<OwnerOf<Part>> texts{read_texts<Part, Kind>, &kListForm<kTextForm<Kind>>,
                                           field_of<Part>};

/// One string with variables, or an array of at least one.
template <auto Part, const TextKind& Kind>
inline constexpr Slot<OwnerOf<Part>> text_or_texts{read_text_or_texts<Part, Kind>,
                                                   &kTextOrTextsForm<Kind>, field_of_texts<Part>};

/// Names of headers and their values: headers<&FetchParams::headers, check_header>
template <auto Part, auto Check>
inline constexpr Slot<OwnerOf<Part>> headers{read_part_headers<Part, Check>, &kHeadersForm<Check>,
                                             field_of<Part>};

/// A whole number: count<&Hook::retries, 0>
template <auto Part, std::int64_t Least, std::int64_t Most = kMostCount>
inline constexpr Slot<OwnerOf<Part>> count{read_count<Part, Least, Most>, &kCountForm<Least, Most>,
                                           field_of<Part>};

template <auto Part, std::int64_t Least, std::int64_t Most>
inline constexpr Slot<OwnerOf<Part>> fraction{read_fraction<Part, Least, Most>,
                                              &kFractionForm<Least, Most>};

/// An enumeration whose values are the indices of the keywords: word<&Logging::format, kFormats>
template <auto Part, const auto& Words>
inline constexpr Slot<OwnerOf<Part>> word{read_word<Part, Words>, &kWordForm<Words>,
                                          field_of<Part>};

/// An array that replaces the member: list<&Shutdown::signals, &Reader::signal>
template <auto Part, auto Method>
inline constexpr Slot<OwnerOf<Part>> list{read_list<Part, Method>, &kListForm<kFormOf<Method>>};

/// A member that is an object with rows of its own.
template <auto Part, const auto& Object>
inline constexpr Slot<OwnerOf<Part>> member{read_member<Part, Object>, &kObjectForm<Object>};

/// A key of the whole for a member of a part: within<&Hook::identity, into<&Identity::umask,
/// &Reader::mode>>
template <auto Part, const auto& Inner>
inline constexpr Slot<OwnerOf<Part>> within{read_within<Part, Inner>, Inner.form};
// NOLINTEND(readability-identifier-naming)

// --- tables ----------------------------------------------------------------------------------

template <auto Part, const auto& Keys, std::size_t Row>
void read_row(Reader& reader, const Node& node, OwnerOf<Part>& out) {
  Keys[Row].value.read(reader, node, out.*Part);
}

/// The rows of a part as rows of the whole: keys_within<&Hook::identity, kIdentityKeys>.
template <auto Part, const auto& Keys>
constexpr auto keys_within() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array{Key<OwnerOf<Part>>{Keys[I].name,
                                         {read_row<Part, Keys, I>, Keys[I].value.form},
                                         Keys[I].help,
                                         Keys[I].example,
                                         Keys[I].standard,
                                         Keys[I].kinds,
                                         Keys[I].required,
                                         Keys[I].order}...};
  }
  (std::make_index_sequence<std::size(Keys)>());
}

/// Two tables of the same object as one.
template <class T, std::size_t N, std::size_t M>
constexpr std::array<Key<T>, N + M> joined(const Key<T> (&first)[N],
                                           const std::array<Key<T>, M>& second) {
  return [&]<std::size_t... I, std::size_t... J>(std::index_sequence<I...>,
                                                 std::index_sequence<J...>) {
    return std::array<Key<T>, N + M>{first[I]..., second[J]...};
  }
  (std::make_index_sequence<N>(), std::make_index_sequence<M>());
}

template <class T, std::size_t N, std::size_t M>
constexpr std::array<Key<T>, N + M> joined(const std::array<Key<T>, N>& first,
                                           const std::array<Key<T>, M>& second) {
  return [&]<std::size_t... I, std::size_t... J>(std::index_sequence<I...>,
                                                 std::index_sequence<J...>) {
    return std::array<Key<T>, N + M>{first[I]..., second[J]...};
  }
  (std::make_index_sequence<N>(), std::make_index_sequence<M>());
}

/// The parameters of an action, which are a T, by its rows.
template <const auto& Keys>
constexpr ParamTable params_of() {
  using T = typename std::remove_cvref_t<decltype(Keys[0])>::Owner;
  static_assert(is_described<Keys>());
  return {
      .rows = {std::size(Keys), info_at<Keys>},
      .make = []() -> std::shared_ptr<void> { return std::make_shared<T>(); },
      .copy = [](const void* params) -> std::shared_ptr<void> {
        return std::make_shared<T>(*static_cast<const T*>(params));
      },
      .read = [](Reader& reader, const Node& node, void* params,
                 std::size_t row) { Keys[row].value.read(reader, node, *static_cast<T*>(params)); },
      .field =
          [](const void* params, std::size_t row) {
            return Keys[row].value.field(*static_cast<const T*>(params));
          }};
}

}  // namespace pintle::config
