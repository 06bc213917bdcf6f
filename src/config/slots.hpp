// config/slots.hpp - the values of rows: each reads into a member, and knows its form from what
// reads it, so that the two cannot differ. A value with a reader of its own is {reader, &its_form}.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "config/path.hpp"
#include "config/patterns.hpp"
#include "config/reader.hpp"

namespace pintle::config {

// --- forms -----------------------------------------------------------------------------------

/// Of the readers that take nothing but the node.
template <auto Method>
inline constexpr Form kFormOf = Method;  // only the ones below have one

template <>
inline constexpr Form kFormOf<&Reader::text>{.type = Form::Type::text};
template <>
inline constexpr Form kFormOf<&Reader::filled_text>{.type = Form::Type::text, .least = 1};
template <>
inline constexpr Form kFormOf<&Reader::expandable>{.type = Form::Type::expandable, .least = 1};
template <>
inline constexpr Form kFormOf<&Reader::path>{
    .type = Form::Type::expandable, .least = 1, .pattern = kNoBlankPattern};
template <>
inline constexpr Form kFormOf<&Reader::entry_path>{
    .type = Form::Type::expandable, .least = 1, .pattern = kEntryPathPattern};
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
template <auto Field>
using OwnerOf = typename MemberOf<decltype(Field)>::Owner;
template <auto Field>
using ValueOf = typename Bare<typename MemberOf<decltype(Field)>::Value>::Type;

template <auto Field, auto Method>
void read_into(Reader& reader, const Node& node, OwnerOf<Field>& out) {
  if (auto value = (reader.*Method)(node)) out.*Field = std::move(*value);
}
template <auto Field, std::int64_t Least, std::int64_t Most>
void read_count(Reader& reader, const Node& node, OwnerOf<Field>& out) {
  if (const auto value = reader.integer(node, Least, Most)) out.*Field = *value;
}
template <auto Field, std::int64_t Least, std::int64_t Most>
void read_fraction(Reader& reader, const Node& node, OwnerOf<Field>& out) {
  if (const auto value = reader.fraction(node, Least, Most)) out.*Field = *value;
}
template <auto Field, const auto& Words>
void read_word(Reader& reader, const Node& node, OwnerOf<Field>& out) {
  if (const auto word = reader.word(node, Words)) out.*Field = static_cast<ValueOf<Field>>(*word);
}
template <auto Field, auto Method>
void read_list(Reader& reader, const Node& node, OwnerOf<Field>& out) {
  (out.*Field).clear();
  read_items(reader, node, [&](const Node& item) {
    if (auto value = (reader.*Method)(item)) (out.*Field).push_back(std::move(*value));
  });
}
template <auto Field, const auto& Object>
void read_member(Reader& reader, const Node& node, OwnerOf<Field>& out) {
  read_object(reader, node, Object, out.*Field);
}
template <auto Field, const auto& Inner>
void read_within(Reader& reader, const Node& node, OwnerOf<Field>& out) {
  Inner.read(reader, node, out.*Field);
}

// NOLINTBEGIN(readability-identifier-naming): in a row they read like functions.
/// into<&Hook::timeout, &Reader::duration>
template <auto Field, auto Method>
inline constexpr Slot<OwnerOf<Field>> into{read_into<Field, Method>, &kFormOf<Method>};

/// A whole number: count<&Hook::retries, 0>
template <auto Field, std::int64_t Least, std::int64_t Most = kMostCount>
inline constexpr Slot<OwnerOf<Field>> count{read_count<Field, Least, Most>,
                                            &kCountForm<Least, Most>};

template <auto Field, std::int64_t Least, std::int64_t Most>
inline constexpr Slot<OwnerOf<Field>> fraction{read_fraction<Field, Least, Most>,
                                               &kFractionForm<Least, Most>};

/// An enumeration whose values are the words' places: word<&Logging::format, kFormats>
template <auto Field, const auto& Words>
inline constexpr Slot<OwnerOf<Field>> word{read_word<Field, Words>, &kWordForm<Words>};

/// An array that replaces the member: list<&Shutdown::signals, &Reader::signal>
template <auto Field, auto Method>
inline constexpr Slot<OwnerOf<Field>> list{read_list<Field, Method>, &kListForm<kFormOf<Method>>};

/// A member that is an object with rows of its own.
template <auto Field, const auto& Object>
inline constexpr Slot<OwnerOf<Field>> member{read_member<Field, Object>, &kObjectForm<Object>};

/// A slot of a part: within<&Hook::identity, into<&Identity::umask, &Reader::mode>>
template <auto Field, const auto& Inner>
inline constexpr Slot<OwnerOf<Field>> within{read_within<Field, Inner>, Inner.form};
// NOLINTEND(readability-identifier-naming)

}  // namespace pintle::config
