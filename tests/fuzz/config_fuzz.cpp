// Any bytes as a config: they are read, or every problem has its place, and the same bytes always
// say the same. What is read can be planned in both image modes.
#include "actions/action.hpp"
#include "config/excerpt.hpp"
#include "config/parse.hpp"
#include "fuzz.hpp"
#include "hooks/plan.hpp"

using namespace pintle;

namespace {

std::size_t lines_of(std::string_view text) {
  std::size_t lines = 1;
  for (const char c : text) lines += c == '\n' ? 1 : 0;
  return lines;
}

config::Problems problems_of(std::string_view text) {
  config::Problems problems;
  const std::vector<std::string> container{"HOME=/root", "TIMEOUT=5s", "COUNT=3", "EMPTY="};
  const config::Model model = config::parse(text, {actions::specs(), &container}, problems);
  if (!problems.empty()) return problems;
  for (const auto mode : {config::ImageMode::layered, config::ImageMode::prebuilt}) {
    const hooks::Plan plan = hooks::make_plan(model, mode, problems);
    for (const auto& step : plan.steps) {
      fuzz::require(step.hook < model.hooks.size(), "a planned step is one of the config's");
    }
  }
  return problems;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text(data, size);
  const config::Problems problems = problems_of(text);
  const std::size_t lines = lines_of(text);
  const config::Excerpts excerpts(text, 60);
  for (const config::Problem& problem : problems) {
    fuzz::require(problem.at.line >= 1 && problem.at.line <= lines, "a problem is at a line");
    const std::string line = config::format_problem(problem, "f");
    fuzz::require(line.find('\n') == std::string::npos, "a problem is one line");
    const config::Excerpt excerpt = excerpts.at(problem.at);
    fuzz::require(excerpt.line.find_first_of("\n\x1b") == std::string::npos,
                  "a place is shown in one line");
  }
  fuzz::require(problems_of(text).size() == problems.size(), "the same text has the same problems");
  return 0;
}
