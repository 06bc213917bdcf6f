// describe/reference_text.hpp - what the reference says and no row can: introductions and rules.
#pragma once

#include <span>
#include <string_view>

namespace pintle::describe {

/// The heading of an object's section, and what stands before its table.
struct SectionText {
  std::string_view object;  ///< as its rows call it
  std::string_view heading;
  std::string_view text;
};

/// The one of `object`; nullptr if it has none.
const SectionText* section_text(std::string_view object) noexcept;

extern const std::string_view kReferenceStart;
extern const std::string_view kReferenceHooks;
extern const std::string_view kReferenceActions;
extern const std::string_view kReferenceRules;  ///< expansion, and what follows it

}  // namespace pintle::describe
