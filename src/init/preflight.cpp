#include "init/preflight.hpp"

#include <utility>

#include "init/identities.hpp"
#include "init/programs.hpp"
#include "init/variables.hpp"
#include "init/wrong_texts.hpp"

namespace pintle::init {

Preflight::Preflight(const config::Model& model, Surroundings around)
    : recipes_(model, std::move(around)) {
  judge();
  // A reason may quote a path or a user that is made of a secret.
  for (auto* lines : {&refusal_.reasons, &remarks_}) {
    for (std::string& line : *lines) line = recipes_.secrets().scrub_cut(std::move(line));
  }
}

void Preflight::judge() {
  take_variables(recipes_, refusal_);
  resolve_identities(recipes_, refusal_);
  refuse_wrong_texts(recipes_, refusal_);
  resolve_kept_capabilities(recipes_, refusal_);
  if (!refusal_.is_none()) return;  // the next checks need everything above
  refuse_shells(recipes_, refusal_);
  refuse_unpinned(recipes_, refusal_);
  refuse_without_fetch(recipes_, refusal_);
  refuse_identities(recipes_, refusal_, remarks_);
  if (!refusal_.is_none()) return;
  std::string note = note_on_main_file(recipes_);
  if (!note.empty()) remarks_.push_back(std::move(note));
}

}  // namespace pintle::init
