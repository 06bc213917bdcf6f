#include "config/form.hpp"

#include "config/slots.hpp"

namespace pintle::config {
namespace {

constexpr const Form& kExpandable = kFormOf<&Reader::expandable>;
constexpr Form kHeaderName{.type = Form::Type::text, .pattern = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"};

Form form_of(const ParamSpec& spec) {
  switch (spec.type) {
    case ParamType::path:
    case ParamType::pattern:
      if (spec.pattern == nullptr) return kFormOf<&Reader::path>;
      [[fallthrough]];
    case ParamType::text:
    case ParamType::owner:
      return {.type = Form::Type::expandable,
              .least = 1,
              .pattern = spec.pattern == nullptr ? std::string_view() : spec.pattern()};
    case ParamType::literal:
      return kFormOf<&Reader::text>;
    case ParamType::duration:
      return kFormOf<&Reader::duration>;
    case ParamType::interval:
      return kFormOf<&Reader::positive_duration>;
    case ParamType::size:
      return kFormOf<&Reader::size>;
    case ParamType::mode:
      return kFormOf<&Reader::mode>;
    case ParamType::count:
      return kCountForm<1, kMostCount>;
    case ParamType::boolean:
      return kFormOf<&Reader::boolean>;
    case ParamType::word:
      return {.type = Form::Type::word, .words = spec.words};
    case ParamType::texts:
      return kListForm<kExpandable>;
    case ParamType::pairs:
      return kMapForm<kHeaderName, kExpandable>;
  }
  return kFormOf<&Reader::text>;
}

}  // namespace

KeyInfo info_of(const ParamSpec& spec) {
  const bool is_off = spec.type == ParamType::boolean && spec.standard.empty();
  return {.name = spec.name,
          .form = form_of(spec),
          .help = spec.help,
          .example = spec.example,
          .standard = is_off ? "false" : spec.standard,
          .required = spec.required};
}

}  // namespace pintle::config
