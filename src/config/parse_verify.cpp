#include "config/parse_verify.hpp"

#include "base/text.hpp"
#include "config/path.hpp"
#include "config/slots.hpp"

namespace pintle::config {
namespace {

/// A regular expression for the paths that wrong_with_path() accepts.
constexpr std::string_view kPathPattern = R"(^/([^$]*/)?([^/.$][^/$]*|\.[^/.$][^/$]*|\.\.[^/$]+)$)";

/// What is wrong with an absolute path that is never expanded, "" if nothing.
std::string wrong_with_path(const std::string& path) {
  if (path.find('$') != std::string::npos) {
    return "variables are not expanded here: the environment must not choose what is trusted";
  }
  if (!path.starts_with('/')) return "the path must be absolute";
  return check_entry_path(path);
}

template <class T>
void read_signature(Reader& reader, const Node& node, T& out) {
  if (auto path = read_fixed_path(reader, node)) out.signature = *std::move(path);
}

constexpr Form kDigestForm{.type = Form::Type::text, .pattern = "^[0-9A-Fa-f]{64}$"};

template <class T>
void read_digest(Reader& reader, const Node& node, T& out) {
  const auto text = reader.text(node);
  if (!text) return;
  if (!is_sha256(*text)) {
    return reader.problem(node.at,
                          "a SHA-256 digest has 64 hexadecimal digits; 'pintle digest FILE' "
                          "prints that of a file");
  }
  out.sha256 = lower_case(*text);
}

void read_path(Reader& reader, const Node& node, Pinned& out) {
  if (auto path = read_fixed_path(reader, node)) out.path = *std::move(path);
}

constexpr Key<Pinned> kInterpreterKeys[] = {
    {.name = "path",
     .value = {read_path, &kFixedPathForm},
     .help = "The file of the interpreter, which is executed in place of the one in the \"#!\" "
             "line. No symbolic link.",
     .example = "/usr/bin/python3.11",
     .required = true},
    {.name = "sha256",
     .value = {read_digest<Pinned>, &kDigestForm},
     .help = "The SHA-256 digest of the interpreter.",
     .example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {.name = "signature",
     .value = {read_signature<Pinned>, &kFixedPathForm},
     .help = "Instead of a digest: the file with the signature of the interpreter.",
     .example = "/app/python.minisig"},
};
constexpr std::string_view kDigestOrSignature[] = {"sha256", "signature"};
constexpr Rule kEvidenceRules[] = {{Rule::Type::exactly_one, kDigestOrSignature}};
constexpr auto kInterpreter = object_of<kInterpreterKeys>(
    {.name = "verifiedInterpreter", .title = "\"interpreter\"", .rules = kEvidenceRules});

void read_interpreter(Reader& reader, const Node& node, Verify& out) {
  read_object(reader, node, kInterpreter, out.interpreter.emplace());
}

constexpr Key<Verify> kVerifyKeys[] = {
    {.name = "sha256",
     .value = {read_digest<Verify>, &kDigestForm},
     .help = "The SHA-256 digest that the file of the program must have. \"pintle digest FILE\" "
             "prints it.",
     .example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {.name = "signature",
     .value = {read_signature<Verify>, &kFixedPathForm},
     .help = "Instead of a digest: the file with the signature of the program by minisign(1). The "
             "public key must be in /etc/pintle/trust.d/*.pub, or compiled in.",
     .example = "/app/migrate.minisig"},
    {.name = "interpreter",
     .value = {read_interpreter, &kObjectForm<kInterpreter>},
     .help = "For a script with a \"#!\" line: the interpreter, which is verified too.",
     .example = R"({"path": "/usr/bin/python3.11", )"
                R"("sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"})"},
};
constexpr auto kVerify =
    object_of<kVerifyKeys>({.name = "verify", .title = "\"verify\"", .rules = kEvidenceRules});

}  // namespace

constexpr Form kFixedPathForm{.type = Form::Type::text, .least = 1, .pattern = kPathPattern};
constexpr Form kVerifyForm = kObjectForm<kVerify>;

std::optional<std::string> read_fixed_path(Reader& reader, const Node& node) {
  auto path = reader.nonempty_text(node);
  if (!path) return std::nullopt;
  const std::string wrong = wrong_with_path(*path);
  if (wrong.empty()) return path;
  reader.problem(node.at, wrong);
  return std::nullopt;
}

std::optional<Verify> read_verify(Reader& reader, const Node& node) {
  Verify verify;
  read_object(reader, node, kVerify, verify);
  return verify;
}

}  // namespace pintle::config
