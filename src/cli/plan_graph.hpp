// cli/plan_graph.hpp - the steps of a plan as a drawing: for READMEs (Mermaid, which forges show)
// and for Graphviz (dot).
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace pintle::cli {

/// The init steps, main and the shutdown steps of what `pintle plan --json` says, and which of them
/// waits for which: precedents are whole lines, of which those are left out that follow from
/// others; conditions on a step are dashed. Steps that the image mode skips are marked. The same
/// plan is always the same text.
std::string mermaid_graph(const nlohmann::ordered_json& plan);
std::string dot_graph(const nlohmann::ordered_json& plan);

}  // namespace pintle::cli
