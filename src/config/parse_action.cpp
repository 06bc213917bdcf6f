#include <fmt/format.h>

#include "base/text.hpp"
#include "config/address.hpp"
#include "config/environment.hpp"
#include "config/parse_parts.hpp"

namespace pintle::config {
namespace {

constexpr Key<Directory> kDirectoryKeys[] = {
    {"path", into<&Directory::path, &Reader::expandable>,
     "The directory; missing parents are made."},
    {"mode", into<&Directory::mode, &Reader::mode>, "Its mode, in octal; 0755 when it is made."},
    {"owner", into<&Directory::owner, &Reader::expandable>,
     "user or user:group, names or numbers."},
};
constexpr Key<HttpProbe> kHttpKeys[] = {
    {"url", into<&HttpProbe::url, &Reader::expandable>,
     "http://127.0.0.1:8080/path; healthy is a status from 200 to 399."},
};
constexpr Key<TcpProbe> kTcpKeys[] = {
    {"address", into<&TcpProbe::address, &Reader::expandable>,
     "127.0.0.1:5432; healthy is a connection that is accepted."},
};

/// Texts with variables in them can be judged only when those are known, at start.
bool is_final(const std::string& text) noexcept {
  return text.find('$') == std::string::npos;
}

void require(Reader& reader, const Node& node, std::string_view key) {
  if (node.type == Node::Type::object && node.find(key) == nullptr) {
    reader.problem(node.at, fmt::format("the key \"{}\" is missing", key));
  }
}

}  // namespace

bool looks_like_shell(std::string_view command) noexcept {
  return command.find_first_of(" \t\r\n|&;<>()\"'\\*?[#~`") != std::string_view::npos ||
         command.find("$(") != std::string_view::npos;
}

std::optional<std::vector<std::string>> read_arguments(Reader& reader, const Node& node) {
  if (!reader.is(node, Node::Type::array)) return std::nullopt;
  std::vector<std::string> arguments;
  read_items(reader, node, [&](const Node& item) {
    if (auto argument = reader.text(item)) {
      if (const std::string wrong = check_expansion(*argument); !wrong.empty()) {
        reader.problem(item.at, wrong);
      }
      arguments.push_back(std::move(*argument));
    }
  });
  return arguments;
}

void read_directory(Reader& reader, const Node& node, Hook& hook) {
  Directory directory;
  read_object<Directory>(reader, node, kDirectoryKeys, directory, "\"directory\"");
  require(reader, node, "path");
  hook.action = std::move(directory);
}

void read_http(Reader& reader, const Node& node, Hook& hook) {
  HttpProbe probe;
  read_object<HttpProbe>(reader, node, kHttpKeys, probe, "\"http\"");
  require(reader, node, "url");
  const Node* url = node.find("url");
  if (url != nullptr && !probe.url.empty() && is_final(probe.url)) {
    const Reader::Inside inside(reader, "url");
    if (const auto parsed = parse_http_url(probe.url); !parsed) {
      reader.problem(url->at, parsed.error().detail);
    }
  }
  hook.action = std::move(probe);
}

void read_tcp(Reader& reader, const Node& node, Hook& hook) {
  TcpProbe probe;
  if (node.type == Node::Type::string) {
    probe.address = reader.expandable(node).value_or("");
  } else {
    read_object<TcpProbe>(reader, node, kTcpKeys, probe, "\"tcp\"");
    require(reader, node, "address");
  }
  if (!probe.address.empty() && is_final(probe.address)) {
    if (const auto parsed = parse_address(probe.address); !parsed) {
      reader.problem(node.at, parsed.error().detail);
    }
  }
  hook.action = std::move(probe);
}

}  // namespace pintle::config
