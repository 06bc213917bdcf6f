#include "base/minisign.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace pintle;

namespace {

const std::string kKey = "RWSeunLKh23ePLpEOOyCax+iTHH3d3UsyDZz42gkR/eiWKb1k/bcznVT";
const std::string kFirst = "untrusted comment: signature from minisign secret key\n";
const std::string kBlob =
    "RUSeunLKh23ePOaaqGuTokaCsVc65s7L7oHcLybuRFs7Cyr4tWH6SS6MWG2EcH+oyoYW88y1OUb+"
    "9UBKQGGA3YTCDnqyn6suu"
    "ws=\n";
const std::string kComment = "trusted comment: serial 3\n";
const std::string kLast =
    "BhCN21F0EoscTKKun4AzTOj+bCeJGliRy93/Z9+6OE0IAVzA+1UsW008W6PYXSzbbzOLnhF/vt33wG3WKpHCDQ==\n";

}  // namespace

TEST_SUITE("base/minisign") {
  TEST_CASE("a public key is read with and without its comment") {
    for (const std::string& before : {std::string(), std::string("untrusted comment: x\n")}) {
      for (const char* after : {"", "\n", "\r\n"}) {
        const MinisignKey key = parse_minisign_key(before + kKey + after);
        CHECK(key.problem.empty());
        CHECK(minisign_id(key.id) == "3CDE6D87CA72BA9E");
        CHECK(key.key.size() == 32);
      }
    }
  }

  TEST_CASE("what is no public key is not taken for one") {
    const std::string wrong[] = {"",
                                 "\n",
                                 "RWQ",
                                 kKey.substr(4),
                                 kKey + kKey,
                                 kKey + "\nmore",
                                 "comment\n" + kKey,
                                 "RUS" + kKey.substr(3)};
    for (const std::string& text : wrong) {
      const MinisignKey key = parse_minisign_key(text);
      CHECK_FALSE(key.problem.empty());
      CHECK(key.key.empty());
    }
  }

  TEST_CASE("a signature has four lines, of which the third is the trusted comment") {
    const MinisignSignature one = parse_minisign_signature(kFirst + kBlob + kComment + kLast);
    CHECK(one.problem.empty());
    CHECK(minisign_id(one.id) == "3CDE6D87CA72BA9E");
    CHECK(one.signature.size() == 64);
    CHECK(one.comment == "serial 3");
    CHECK(one.of_comment.size() == 64);
  }

  TEST_CASE("what is no signature is not taken for one") {
    const std::string wrong[] = {"",
                                 kFirst,
                                 kBlob + kComment + kLast,
                                 kFirst + kBlob + kComment,
                                 kFirst + kBlob + kLast,
                                 kFirst + kLast + kComment + kBlob,
                                 kFirst + kBlob + kComment + kLast + "more",
                                 kFirst + kBlob + "trusted comment:x\n" + kLast,
                                 kFirst + "RV" + kBlob.substr(2) + kComment + kLast};
    for (const std::string& text : wrong) {
      const MinisignSignature one = parse_minisign_signature(text);
      CHECK(one.problem == "it is not a signature of minisign");
      CHECK(one.signature.empty());
    }
  }

  TEST_CASE("a legacy signature says what to do") {
    const std::string legacy = kFirst + "RWS" + kBlob.substr(3) + kComment + kLast;
    CHECK(parse_minisign_signature(legacy).problem ==
          "it is a legacy signature; sign again without -l");
  }
}
