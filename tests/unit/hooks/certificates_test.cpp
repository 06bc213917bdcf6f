#include "hooks/certificates.hpp"

#include "use.hpp"

using namespace pintle;
using namespace pintle::hooks;

namespace {

std::string block(const std::string& body) {
  return "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n";
}

}  // namespace

TEST_SUITE("hooks/certificates") {
  TEST_CASE("a source is judged before anything is written") {
    const std::pair<std::string, std::string> rows[] = {
        {"", "no certificate"},
        {"hello", "no certificate"},
        {block("MII!"), "damaged"},
        {block("MII"), "damaged"},
        {block(""), "damaged"},
        {"-----BEGIN CERTIFICATE-----\nMIIA", "damaged"},
        {"-----BEGIN CERTIFICATE-----\nMIIA\n" + block("MIIB"), "damaged"},
        {block("MIIA") + "-----BEGIN RSA PRIVATE KEY-----\n", "private key"},
        {"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + block("MIIA"), "private key"},
    };
    for (const auto& [pem, words] : rows) {
      const auto found = certificates_in(pem);
      REQUIRE_FALSE(found);
      CHECK(contains(found.error().message(), words));
    }
    const auto found = certificates_in("# a\n" + block("MI\r\nIA") + block("MIIB=\n==="));
    CHECK_FALSE(found);
    CHECK(certificates_in("# a\n" + block("MI\r\nIA") + block("MI\n=="))->size() == 2);
  }

  TEST_CASE("each is appended once, however its lines are broken") {
    const Folder folder;
    folder.write("bundle", "# mine\n" + block("AAAA"));
    REQUIRE(::chmod((folder / "bundle").c_str(), 0444) == 0);
    folder.make("cas");
    folder.write("cas/b.crt", block("AA\nAA") + block("BBBB"));
    folder.write("cas/a.pem", block("CCCC") + block("CCCC"));
    folder.write("cas/README", "no certificate");
    const Use use =
        Use(kCertificates).with("source", folder / "cas").with("bundle", folder / "bundle");
    CHECK_FALSE(use.is_done());
    CHECK(use.line() == "added 2");
    CHECK(use.is_done());
    CHECK(folder.read("bundle") == "# mine\n" + block("AAAA") + block("CCCC") + block("BBBB"));
    CHECK((folder.stat("bundle").st_mode & 07777) == 0444);
    CHECK(use.line() == "unchanged");
    CHECK(folder.count() == 2);
  }

  TEST_CASE("a bundle that is missing is made, one that is a link is refused") {
    const Folder folder;
    folder.write("ca.pem", block(std::string(128, 'A')));
    const auto into = [&](const std::string& name) {
      return Use(kCertificates)
          .with("source", folder / "ca.pem")
          .with("bundle", folder / name)
          .line();
    };
    CHECK(into("new") == "added 1");
    CHECK(folder.read("new") == block(std::string(64, 'A') + "\n" + std::string(64, 'A')));
    REQUIRE(::symlink("new", (folder / "l").c_str()) == 0);
    CHECK(contains(into("l"), "symbolic link"));
  }
}
