#include "config/parse_action.hpp"

#include <fmt/format.h>

namespace pintle::config {
namespace {

/// The parameters of one use while they are read.
class Use {
 public:
  Use(Reader& reader, const ActionSpec& action)
      : reader_(reader), action_(action), params_(action.params.make()), use_{&action, params_} {}

  /// False if it has no such parameter that may be written.
  bool read(std::string_view name, const Node& node) {
    const ParamTable& table = action_.params;
    for (std::size_t row = 0; row < table.rows.count; ++row) {
      const KeyInfo key = table.rows.at(row);
      if (key.name != name || key.kinds == 0) continue;
      const std::size_t unread = reader_.unread();
      table.read(reader_, node, params_.get(), row);
      if (reader_.unread() > unread) use_.unread.emplace_back(key.name, node.text);
      return true;
    }
    return false;
  }

  Builtin finish(const Node& node) {
    if (const std::string wrong = wrong_together(use_); !wrong.empty()) {
      reader_.problem(node.at, wrong);
    }
    return std::move(use_);
  }

 private:
  Reader& reader_;
  const ActionSpec& action_;
  std::shared_ptr<void> params_;
  Builtin use_;
};

}  // namespace

Builtin read_builtin(Reader& reader, const Node& node, const ActionSpec& action) {
  Use use(reader, action);
  if (node.type == Node::Type::string && !action.shorthand.empty()) {
    (void)use.read(action.shorthand, node);
    return use.finish(node);
  }
  if (!reader.is(node, Node::Type::object)) return use.finish(node);
  const std::vector<KeyInfo> keys = keys_of(action);
  for (const Member& member : node.members) {
    const Reader::Inside inside(reader, member.key);
    if (use.read(member.key, member.value)) continue;
    std::vector<KeyName> known;
    known.reserve(keys.size());
    for (const KeyInfo& key : keys) known.push_back({key.name, true});
    report_unknown_key(reader, member, known, fmt::format("\"{}\"", action.name));
  }
  for (const KeyInfo& key : keys) {
    if (key.required) require_key(reader, node, key.name);
  }
  check_rules(reader, node, action.rules);
  return use.finish(node);
}

}  // namespace pintle::config
