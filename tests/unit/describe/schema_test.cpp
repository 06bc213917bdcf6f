#include "describe/schema.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "../config/reading.hpp"
#include "describe/reference.hpp"

using namespace pintle::config;
using namespace pintle::describe;
using Json = nlohmann::json;

namespace {

const Json& schema() {
  static const Json parsed = Json::parse(json_schema(reading::specs::kAll));
  return parsed;
}

const Json& definition(const char* name) {
  return schema().at("$defs").at(name);
}

/// Every name of a key that the schema knows.
void add_keys(const Json& part, std::set<std::string>& keys) {
  if (part.is_object() && part.contains("properties")) {
    for (const auto& [key, value] : part["properties"].items()) keys.insert(key);
  }
  if (!part.is_structured()) return;
  for (const Json& inner : part) add_keys(inner, keys);
}

bool refers_only_to_what_is_there(const Json& part) {
  if (part.is_object() && part.contains("$ref")) {
    const std::string name = part["$ref"].get<std::string>().substr(sizeof "#/$defs/" - 1);
    if (!schema()["$defs"].contains(name)) return false;
  }
  if (!part.is_structured()) return true;
  for (const Json& inner : part) {
    if (!refers_only_to_what_is_there(inner)) return false;
  }
  return true;
}

}  // namespace

TEST_SUITE("describe/schema") {
  TEST_CASE("schema and reference are the same on every call") {
    CHECK(json_schema(reading::specs::kAll) == json_schema(reading::specs::kAll));
    CHECK(markdown_reference(reading::specs::kAll) == markdown_reference(reading::specs::kAll));
  }

  TEST_CASE("a key has its form, its default and an example") {
    const Json& timeout = definition("step")["properties"]["timeout"];
    CHECK(timeout["$ref"] == "#/$defs/positiveDuration");
    CHECK(timeout["examples"] == Json{"30s"});
    const Json& retries = definition("job")["properties"]["retries"];
    CHECK(retries["default"] == 0);
    CHECK(retries["anyOf"][0] == Json{{"type", "integer"}, {"minimum", 0}, {"maximum", 1000000}});
    CHECK(definition("check")["properties"]["kind"]["anyOf"][0]["enum"] ==
          Json{"readiness", "liveness", "startup"});
  }

  TEST_CASE("a kind of hook has its own keys and actions, exactly one of them") {
    const Json& step = definition("step");
    CHECK(step["properties"].contains("precedents"));
    CHECK_FALSE(step["properties"].contains("interval"));
    CHECK_FALSE(step["properties"].contains("http"));
    CHECK_FALSE(step["properties"].contains("fallback"));
    CHECK(step["required"] == Json{"id"});
    CHECK(step["additionalProperties"] == false);
    CHECK(step["allOf"][0]["oneOf"] ==
          Json::parse(R"([{"required": ["command"]}, {"required": ["directory"]}])"));
    CHECK_FALSE(definition("fallbackStep").contains("required"));
    CHECK(definition("job")["required"] == Json{"id"});
    CHECK(definition("job")["allOf"][2] ==
          Json::parse(R"({"anyOf": [{"required": ["schedule"]}, {"required": ["runOnStart"]}]})"));
  }

  TEST_CASE("an action has its parameters, and a text where one stands for it") {
    CHECK(definition("action.directory")["required"] == Json{"path"});
    CHECK(definition("action.tcp")["anyOf"][1]["required"] == Json{"address"});
  }

  TEST_CASE("rules between keys are in it") {
    CHECK(definition("variable")["allOf"].size() == 8);
    CHECK(definition("main")["allOf"][0] ==
          Json::parse(R"({"dependentRequired": {"arguments": ["command"]}})"));
    CHECK(definition("conditionObject")["maxProperties"] == 1);
  }

  TEST_CASE("whatever it refers to is defined") {
    CHECK(refers_only_to_what_is_there(schema()));
  }

  TEST_CASE("the reference has a row for every key") {
    const std::string text = markdown_reference(reading::specs::kAll);
    std::set<std::string> keys;
    add_keys(schema(), keys);
    CHECK(keys.size() > 60);
    for (const std::string& key : keys) {
      CAPTURE(key);
      const bool is_there = text.find("| `" + key + "` |") != std::string::npos ||
                            text.find("\n### " + key + "\n") != std::string::npos;
      CHECK(is_there);
    }
  }

  TEST_CASE("every link in the reference leads to a heading of it") {
    const std::string text = markdown_reference(reading::specs::kAll);
    std::set<std::string> anchors;
    for (std::size_t at = 0; (at = text.find("](#", at)) != std::string::npos;) {
      at += 3;
      anchors.insert(text.substr(at, text.find(')', at) - at));
    }
    CHECK(anchors.size() > 5);
    std::string headings;
    for (std::size_t at = 0; (at = text.find("\n## ", at)) != std::string::npos; ++at) {
      for (const char c : text.substr(at, text.find('\n', at + 1) - at)) {
        if (c == ' ') headings += '-';
        if (c >= 'A' && c <= 'Z') headings += static_cast<char>(c | 0x20);
        if ((c >= 'a' && c <= 'z') || c == '-' || c == '\n') headings += c;
      }
      headings += '\n';
    }
    for (const std::string& anchor : anchors) {
      CAPTURE(anchor);
      CHECK(headings.find("\n-" + anchor + "\n") != std::string::npos);
    }
  }
}
