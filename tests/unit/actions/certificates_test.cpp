#include "actions/certificates.hpp"

#include "actions/der.hpp"
#include "base/base64.hpp"
#include "use.hpp"

using namespace pintle;
using namespace pintle::actions;

namespace {

const std::string kOne =
    "MIIBgjCCASmgAwIBAgIUeDyzbzGZuD+c2O18ikgt/f0HVUQwCgYIKoZIzj0EAwIw"
    "FjEUMBIGA1UEAwwLcGludGxlIHRlc3QwIBcNMjYxMTMwMDc0NjUwWhgPMjEyNjEx"
    "MDYwNzQ2NTBaMBYxFDASBgNVBAMMC3BpbnRsZSB0ZXN0MFkwEwYHKoZIzj0CAQYI"
    "KoZIzj0DAQcDQgAE1eIofKlzl5u6DoVC6xzpqYfCeZLPwGl5huGl+FYmZjzht/Zj"
    "VIaI1gJ7Y6zP137BvtOwlZ/BAnNTKPJYel7HjKNTMFEwHQYDVR0OBBYEFOvyBUUL"
    "Pcsfop3UBjr8otmSFD9XMB8GA1UdIwQYMBaAFOvyBUULPcsfop3UBjr8otmSFD9X"
    "MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgXPXkppOPzBD1t8Zs"
    "b9OUH+8SAGbnCDWMiqpE1se+YgACIGHfakVWeUYXuNIHDxMZJJey4PsEWfBSP6vh"
    "RENwwUA9";
const std::string kTwo =
    "MIIB3jCCAUegAwIBAgIUcCntIhJSDA5ymodLf+5TdugUPVswDQYJKoZIhvcNAQEL"
    "BQAwADAgFw0yNjExMzAwODI5MDdaGA8yMTI2MTEwNjA4MjkwN1owADCBnzANBgkq"
    "hkiG9w0BAQEFAAOBjQAwgYkCgYEAolcfYJbHwpQO2BWWvi9iuEYTGFt5GNnK8DvE"
    "/oHH1NZkCrolSAv1zBk0GOZ6mwbFEyOGHqtNCGmW+Doi2YRoa/LyCfaHQPqKdy0z"
    "Z2M//v0XUcsT789wvMgYPUCHG/hmfwm4g5zjKSlY+9ZdPgH+FGmP1vDBmu/qNiZx"
    "r0lD8TMCAwEAAaNTMFEwHQYDVR0OBBYEFKDkCdaUIpKPHc4FklkhRd0qIIh8MB8G"
    "A1UdIwQYMBaAFKDkCdaUIpKPHc4FklkhRd0qIIh8MA8GA1UdEwEB/wQFMAMBAf8w"
    "DQYJKoZIhvcNAQELBQADgYEAfbfEihPvl6zdzCTyvxjirJKIPLCHOhEhAtpNsYqS"
    "RYCs6+VO8cq408aeQx0OL7Qy231YBtxYR1hIWQSxdefnMtixWxyYcIxdIOzGrwuE"
    "Ds1wo8MysmpkiBoZgf63sdTokG4vvCv31qbxWhVtfXtLAjFwgWvKHJi7ZpPg7PGy"
    "Bpo=";
const std::string kThree =
    "MIIBLjCB4aADAgECAhQUqEC9YSdYdZojHCj1DxqwX0r9/DAFBgMrZXAwDDEKMAgG"
    "A1UEAwwBYzAgFw0yNjExMzAwODMyMDlaGA8yMTI2MTEwNjA4MzIwOVowDDEKMAgG"
    "A1UEAwwBYzAqMAUGAytlcAMhAPF5wJqVFJAbs0TlLz1jBKbA1HLS9t/B3DbnwfdY"
    "5/FGo1MwUTAdBgNVHQ4EFgQUSgu1x48rmX4XpMq4wfzPCfYWghUwHwYDVR0jBBgw"
    "FoAUSgu1x48rmX4XpMq4wfzPCfYWghUwDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXAD"
    "QQD4hLQ7h3+26o32vqEdKgmSgIlxtDB+qsU6bGO9CLM3Wc6U8ChBK2j10FRQuzqA"
    "qgcHnSUXMFSB5Dh9pARu3oQI";

std::string block(const std::string& body) {
  return "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n";
}

/// As it is written: lines of 64 characters.
std::string lines(const std::string& body) {
  std::string text = body.substr(0, 64);
  for (std::size_t at = 64; at < body.size(); at += 64) text += "\n" + body.substr(at, 64);
  return text;
}

}  // namespace

TEST_SUITE("actions/certificates") {
  TEST_CASE("a source is judged before anything is written") {
    const std::pair<std::string, std::string> rows[] = {
        {"", "no certificate"},
        {*from_base64(kOne) + "\n", "not one whole certificate in DER"},
        {from_base64(kOne)->substr(0, 200), "not one whole certificate in DER"},
        {*from_base64(kOne) + *from_base64(kTwo), "not one whole certificate in DER"},
        {"hello", "no certificate"},
        {block("MII!"), "damaged"},
        {block("MII"), "damaged"},
        {block(""), "damaged"},
        {"-----BEGIN CERTIFICATE-----\n" + kOne, "damaged"},
        {"-----BEGIN CERTIFICATE-----\n" + kOne + "\n" + block(kTwo), "damaged"},
        {block("aGVsbG8="), "damaged"},
        {block(kOne.substr(0, kOne.size() - 4)), "damaged"},
        {block(kOne.substr(0, 200) + kOne.substr(204)), "damaged"},
        {block(kOne) + block(kTwo.substr(4)), "damaged"},
        {block(kOne) + "-----BEGIN RSA PRIVATE KEY-----\n", "private key"},
        {"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + block(kOne), "private key"},
    };
    for (const auto& [pem, words] : rows) {
      const auto found = certificates_in(pem);
      REQUIRE_FALSE(found);
      CHECK(contains(found.error().message(), words));
    }
    CHECK_FALSE(certificates_in("# a\n" + block(kOne) + block(kTwo + "=\n===")));
    const std::string broken = kOne.substr(0, 2) + "\r\n" + kOne.substr(2);
    CHECK(certificates_in("# a\n" + block(broken) + block(kTwo) + block(kThree))->size() == 3);
  }

  TEST_CASE("a certificate is one whole structure, and nothing else passes for one") {
    const std::string der = *from_base64(kOne);
    CHECK(is_certificate(der));
    CHECK(is_certificate(*from_base64(kTwo)));
    CHECK(is_certificate(*from_base64(kThree)));
    for (std::size_t size = 0; size < der.size(); ++size) {
      CHECK_FALSE(is_certificate(der.substr(0, size)));
    }
    CHECK_FALSE(is_certificate(der + std::string(1, '\0')));
    for (const std::size_t at : {0U, 2U, 3U, 4U, 7U}) {  // tags and lengths of the outermost parts
      std::string other = der;
      other[at] = static_cast<char>(other[at] ^ 0x21);
      CHECK_FALSE(is_certificate(other));
    }
    CHECK_FALSE(is_certificate("hello"));
    CHECK_FALSE(is_certificate(std::string("\x30\x80\0\0", 4)));
    CHECK_FALSE(is_certificate(std::string(100'000, '\x30')));
  }

  TEST_CASE("a bundle that was broken before is said to be") {
    const Folder folder;
    folder.write("bundle", block(kOne) + block("aGVsbG8="));
    folder.write("ca.pem", block(kTwo));
    const Use use =
        Use(kCertificates).with("source", folder / "ca.pem").with("bundle", folder / "bundle");
    const std::string damaged = "; 1 certificates that were in the bundle before are damaged";
    CHECK(use.line() == "added 1" + damaged);
    CHECK(use.line() == "unchanged" + damaged);
  }

  TEST_CASE("each is appended once, however its lines are broken") {
    const Folder folder;
    folder.write("bundle", "# mine\n" + block(kOne));
    REQUIRE(::chmod((folder / "bundle").c_str(), 0444) == 0);
    folder.make("cas");
    folder.write("cas/b.crt", block(kOne.substr(0, 9) + "\n" + kOne.substr(9)) + block(kTwo));
    folder.write("cas/a.pem", block(kThree) + block(kThree));
    folder.write("cas/README", "no certificate");
    const Use use =
        Use(kCertificates).with("source", folder / "cas").with("bundle", folder / "bundle");
    CHECK_FALSE(use.is_done());
    CHECK(use.line() == "added 2");
    CHECK(use.is_done());
    CHECK(folder.read("bundle") ==
          "# mine\n" + block(kOne) + block(lines(kThree)) + block(lines(kTwo)));
    CHECK((folder.stat("bundle").st_mode & 07777) == 0444);
    CHECK(use.line() == "unchanged");
    CHECK(folder.count() == 2);
  }

  TEST_CASE("a certificate in DER is the same as in PEM") {
    const Folder folder;
    folder.write("bundle", block(kOne));
    folder.write("one.der", *from_base64(kOne));
    folder.make("cas");
    folder.write("cas/a.crt", *from_base64(kTwo));
    folder.write("cas/b.der", *from_base64(kOne));
    folder.write("cas/c.cer", block(kThree));
    const auto use = [&](const std::string& source) {
      return Use(kCertificates).with("source", folder / source).with("bundle", folder / "bundle");
    };
    CHECK(use("one.der").line() == "unchanged");
    CHECK(use("cas").line() == "added 2");
    CHECK(folder.read("bundle") == block(kOne) + block(lines(kTwo)) + block(lines(kThree)));
    CHECK(use("cas").is_done());
  }

  TEST_CASE("a bundle that is missing is made, one that is a link is refused") {
    const Folder folder;
    folder.write("ca.pem", block(kOne));
    const auto into = [&](const std::string& name) {
      return Use(kCertificates)
          .with("source", folder / "ca.pem")
          .with("bundle", folder / name)
          .line();
    };
    CHECK(into("new") == "added 1");
    CHECK(folder.read("new") == block(lines(kOne)));
    REQUIRE(::symlink("new", (folder / "l").c_str()) == 0);
    CHECK(contains(into("l"), "symbolic link"));
  }
}
