#include "config/action.hpp"

#include <algorithm>

namespace pintle::config {

std::vector<KeyInfo> keys_of(const ActionSpec& action) {
  std::vector<KeyInfo> keys;
  const Rows& rows = action.params.rows;
  for (std::size_t row = 0; row < rows.count; ++row) {
    const KeyInfo key = rows.at(row);
    if (key.kinds != 0) keys.push_back(key);
  }
  return keys;
}

Builtin with_texts(const Builtin& use,
                   const std::function<std::string(const std::string& text)>& change) {
  Builtin out = use;
  const ParamTable& table = use.spec->params;
  const std::shared_ptr<void> params = table.copy(use.params.get());
  // What is looked at here is our own copy, so it may be written to.
  const auto replace = [&](const std::string& text) {
    const_cast<std::string&>(text) = change(text);
  };
  for (std::size_t row = 0; row < table.rows.count; ++row) {
    if (is_literal(table.rows.at(row).form)) continue;
    const Field field = table.field(params.get(), row);
    if (const auto* text = std::get_if<const std::string*>(&field)) replace(**text);
    if (const auto* texts = std::get_if<const std::vector<std::string>*>(&field)) {
      for (const std::string& text : **texts) replace(text);
    }
    if (const auto* pairs = std::get_if<const Pairs*>(&field)) {
      for (const auto& [name, text] : **pairs) replace(text);
    }
  }
  out.params = params;
  return out;
}

std::string_view empty_one_of(const Builtin& use) {
  std::string_view found;
  for_fields(use, [&](const KeyInfo& key, const Field& field) {
    if (!found.empty()) return;
    const auto* text = std::get_if<const std::string*>(&field);
    const auto* texts = std::get_if<const std::vector<std::string>*>(&field);
    const bool has_empty =
        texts != nullptr && std::find((*texts)->begin(), (*texts)->end(), "") != (*texts)->end();
    const bool is_empty = text != nullptr && (*text)->empty() && !may_be_empty(key.form);
    if (is_empty || has_empty) found = key.name;
  });
  return found;
}

std::string wrong_together(const Builtin& use) {
  return use.spec->check == nullptr ? std::string() : use.spec->check(use.params.get());
}

bool is_apart(const Builtin& use) {
  return use.spec->is_apart != nullptr && use.spec->is_apart(use.params.get());
}

}  // namespace pintle::config
