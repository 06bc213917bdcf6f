#include "use.hpp"

using namespace pintle;
using namespace pintle::actions;

TEST_SUITE("actions/link") {
  TEST_CASE("a link is made, left alone, led elsewhere, and leaves nothing beside it") {
    const Folder folder;
    const auto to = [&](const std::string& target) {
      return Use(kLink).with("path", folder / "l").with("target", target);
    };
    CHECK_FALSE(to("one").is_done());
    CHECK(to("one").line() == "made");
    CHECK(to("one").is_done());
    CHECK(to("one").line() == "unchanged");
    CHECK(to("two").line() == "changed");
    CHECK(std::filesystem::read_symlink(folder / "l") == "two");
    CHECK(folder.count() == 1);
  }

  TEST_CASE("what is no link is not replaced") {
    const Folder folder;
    folder.write("f", "x");
    folder.make("d");
    for (const auto* name : {"f", "d"}) {
      CHECK(contains(Use(kLink).with("path", folder / name).with("target", "t").line(),
                     "cannot replace '" + folder / name + "'"));
    }
    CHECK(folder.read("f") == "x");
  }
}
