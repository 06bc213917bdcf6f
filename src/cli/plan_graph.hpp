// cli/plan_graph.hpp - draws the steps of a plan: with Mermaid, which code forges show in a README,
// or with Graphviz (dot).
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace pintle::cli {

/// Draws the init steps, main and the shutdown steps of the output of `pintle plan --json`, and
/// which of them waits for which. Solid lines are precedents, without those that follow from
/// others; dashed lines are conditions on a step. Steps that the image mode skips are marked. The
/// same plan gives the same text.
std::string mermaid_graph(const nlohmann::ordered_json& plan);
std::string dot_graph(const nlohmann::ordered_json& plan);

}  // namespace pintle::cli
