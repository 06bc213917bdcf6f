// Conditions and back-offs: values with a form of their own.
#include <fmt/format.h>

#include "config/parse_parts.hpp"

namespace pintle::config {
namespace {

constexpr std::string_view kBackoffs[] = {"none", "constant", "linear", "exponential"};

void read_type(Reader& reader, const Node& node, Backoff& out) {
  if (const auto word = reader.word(node, kBackoffs)) out.type = static_cast<BackoffType>(*word);
}
void read_factor(Reader& reader, const Node& node, Backoff& out) {
  if (const auto factor = reader.fraction(node, 1, 100)) out.factor = *factor;
}
void read_jitter(Reader& reader, const Node& node, Backoff& out) {
  if (const auto jitter = reader.fraction(node, 0, 1)) out.jitter = *jitter;
}

constexpr Key<Backoff> kBackoffKeys[] = {
    {"type", read_type, "none, constant, linear or exponential."},
    {"initial", into<&Backoff::initial, &Reader::duration>, "The first wait; 1s."},
    {"max", into<&Backoff::max, &Reader::duration>, "The longest wait; 60s."},
    {"factor", read_factor, "What each wait is multiplied by, if exponential; 2."},
    {"jitter", read_jitter, "The part of each wait that chance decides, 0 to 1; 0."},
};

using Type = Condition::Type;

struct ConditionKey {
  std::string_view name;
  Type type;
};
constexpr ConditionKey kConditionKeys[] = {
    {"fileExists", Type::file},
    {"directoryExists", Type::directory},
    {"environment", Type::variable},
    {"imageMode", Type::image_mode},
    {"not", Type::negation},
    {"all", Type::all},
    {"any", Type::any},
};

void read_parts(Reader& reader, const Node& node, Condition& out) {
  read_items(reader, node, [&](const Node& item) {
    if (auto part = read_condition(reader, item)) out.parts.push_back(std::move(*part));
  });
}

std::optional<Condition> read_object_condition(Reader& reader, const Member& member, Type type) {
  const Reader::Inside inside(reader, member.key);
  Condition out{.type = type, .at = member.at, .pointer = reader.pointer()};
  if (type == Type::all || type == Type::any) {
    read_parts(reader, member.value, out);
  } else if (type == Type::negation) {
    if (auto part = read_condition(reader, member.value)) out.parts.push_back(std::move(*part));
  } else if (type == Type::image_mode) {
    const auto word = reader.word(member.value, kImageModes);
    if (word) out.image_mode = static_cast<ImageMode>(*word);
  } else {
    out.text = reader.expandable(member.value).value_or("");
  }
  return out;
}

}  // namespace

void read_backoff(Reader& reader, const Node& node, Backoff& out) {
  if (node.type != Node::Type::object) return read_type(reader, node, out);
  out.type = BackoffType::exponential;
  read_object<Backoff>(reader, node, kBackoffKeys, out, "\"backoff\"");
}

std::optional<Condition> read_condition(Reader& reader, const Node& node) {
  if (node.type == Node::Type::string) {
    return Condition{
        .type = Type::step, .text = node.text, .at = node.at, .pointer = reader.pointer()};
  }
  if (!reader.is(node, Node::Type::object)) return std::nullopt;
  if (node.members.size() != 1) {
    reader.problem(node.at,
                   "a condition is the id of a step, or an object with one key; "
                   "\"all\" and \"any\" join several");
    return std::nullopt;
  }
  const Member& member = node.members.front();
  std::vector<KeyName> known;
  for (const ConditionKey& key : kConditionKeys) {
    if (key.name == member.key) return read_object_condition(reader, member, key.type);
    known.push_back({key.name, true});
  }
  const Reader::Inside inside(reader, member.key);
  report_unknown_key(reader, member, known, "a condition");
  return std::nullopt;
}

}  // namespace pintle::config
