// describe/reference_text.hpp - the parts of the reference that no row contains: introductions and
// rules.
#pragma once

#include <span>
#include <string_view>

namespace pintle::describe {

/// The heading of the section of an object, and the text before its table.
struct SectionText {
  std::string_view object;  ///< the name of the object, ObjectInfo::name
  std::string_view heading;
  std::string_view text;
};

/// The row for `object`; nullptr if there is none.
const SectionText* section_text(std::string_view object) noexcept;

extern const std::string_view kReferenceStart;
extern const std::string_view kReferenceHooks;
extern const std::string_view kReferenceActions;
extern const std::string_view kReferenceRules;  ///< expansion and what depends on it

}  // namespace pintle::describe
