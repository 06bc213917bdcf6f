#include "use.hpp"

using namespace pintle;
using namespace pintle::actions;

TEST_SUITE("actions/file") {
  TEST_CASE("a text is written as it stands, once, and changed when it differs") {
    const Folder folder;
    const auto use = [&](const std::string& content) {
      return Use(kFile).with("path", folder / "a").with("content", content);
    };
    CHECK_FALSE(use("x$HOME\n").is_done());
    CHECK(use("x$HOME\n").line() == "made");
    CHECK(folder.read("a") == "x$HOME\n");
    CHECK((folder.stat("a").st_mode & 07777) == 0644);
    CHECK(use("x$HOME\n").line() == "unchanged");
    CHECK(use("x$HOME\n").is_done());
    CHECK(use("other").line() == "changed");
    CHECK(use("other").mode("mode", 0600).line() == "changed");
    CHECK((folder.stat("a").st_mode & 07777) == 0600);
    CHECK(use("").flag("onlyIfMissing").line() == "unchanged");
    CHECK(use("").line() == "changed");
    CHECK(folder.stat("a").st_size == 0);
    CHECK(folder.count() == 1);
  }

  TEST_CASE("a copy has every byte") {
    const Folder folder;
    const std::string bytes(16384 * 2, '\0');
    for (const std::string& content : {bytes, bytes + "x", std::string(), std::string("$A\xff")}) {
      folder.write("source", content);
      const Use use = Use(kFile).with("path", folder / "a").with("copy", folder / "source");
      CHECK(contains("made changed", use.line()));
      CHECK(folder.read("a") == content);
      CHECK(use.line() == "unchanged");
    }
  }

  TEST_CASE("several files become one, in their order") {
    const Folder folder;
    const std::string large(40000, 'x');
    folder.write("1", "a\n");
    folder.write("2", "");
    folder.write("3", large);
    const auto use = [&](const std::vector<std::string>& names) {
      std::vector<std::string> paths;
      for (const std::string& name : names) paths.push_back(folder / name);
      return Use(kFile).with("path", folder / "all").texts("copy", paths);
    };
    CHECK(use({"1", "2", "3", "1"}).line() == "made");
    CHECK(folder.read("all") == "a\n" + large + "a\n");
    CHECK(use({"1", "2", "3", "1"}).line() == "unchanged");
    CHECK(use({"1", "2", "3", "1"}).is_done());
    for (const auto& names : {std::vector<std::string>{"1", "3"},
                              {"1", "3", "1", "1"},
                              {"3", "1"},
                              {"1", "3", "2"},
                              {"2", "2"},
                              {"1", "1"}}) {
      CHECK_FALSE(use(names).is_done());
      CHECK(use(names).line() == "changed");
    }
    CHECK(contains(use({"1", "no", "3"}).line(), folder / "no"));
    CHECK(folder.read("all") == "a\na\n");
    CHECK(contains(use({"1", "all"}).problem(), "one of the files that it is made of"));
    CHECK(use({"all"}).problem() == "");
  }

  TEST_CASE("another user's file among several becomes set-user-ID") {
    if (::geteuid() != 0) return;
    const Folder folder;
    folder.write("1", "a");
    folder.write("2", "b");
    REQUIRE(::chown((folder / "2").c_str(), 1000, 1000) == 0);
    Use use = Use(kFile).with("path", folder / "all").mode("mode", 04755);
    CHECK(
        contains(use.texts("copy", {folder / "1", folder / "2"}).line(), "cannot set the special"));
    CHECK_FALSE(folder.has("all"));
    CHECK(use.texts("copy", {folder / "1", folder / "1"}).line() == "made");
  }

  TEST_CASE("of a template with a list only those variables are expanded") {
    const Folder folder;
    folder.write("t", "${PORT} ${uri} ${HOST:-h} $${PORT} ${ $PORT");
    const Use use = Use(kFile)
                        .with("path", folder / "a")
                        .with("template", folder / "t")
                        .texts("variables", {"PORT", "HOST"})
                        .variable("uri", "evil")
                        .variable("PORT", "80");
    CHECK(use.line() == "made");
    CHECK(folder.read("a") == "80 ${uri} h $80 ${ $PORT");
    CHECK(use.line() == "unchanged");
    folder.write("t", "${PORT:-${uri:-${a}}}/${HOST:-${uri:-${a}}.${PORT}}/${HOST:-${uri}");
    CHECK(contains(use.line(), "\"${\" is not closed"));
    folder.write("t", "${PORT:-${uri:-${a}}}/${HOST:-${uri:-${a}}.${PORT}}");
    CHECK(use.line() == "changed");
    CHECK(folder.read("a") == "80/${uri:-${a}}.80");
  }

  TEST_CASE("a template's variables are expanded once, its values untouched") {
    const Folder folder;
    folder.write("t", "a=${A} b=${B:-none}\n$$A $$${A}\xff");
    const Use use = Use(kFile)
                        .with("path", folder / "a")
                        .with("template", folder / "t")
                        .variable("A", "1$B\n2");
    CHECK(use.line() == "made");
    CHECK(folder.read("a") == "a=1$B\n2 b=none\n$$A $${A}\xff");
    CHECK(use.line() == "unchanged");
  }

  TEST_CASE("only braces make a variable in a template") {
    const Folder folder;
    const std::string others = "location ~ \\.php$ { try_files $uri $host $1 =404; } $$ $$x $ $";
    folder.write("t", others + "{PORT:-80} $${PORT} ${PORT}");
    const Use use = Use(kFile)
                        .with("path", folder / "a")
                        .with("template", folder / "t")
                        .variable("host", "evil")
                        .variable("PORT", "8080");
    CHECK(use.line() == "made");
    CHECK(folder.read("a") == others.substr(0, others.size() - 1) + "8080 ${PORT} 8080");
  }

  TEST_CASE("what a template lacks is named with its place, and nothing is written") {
    const Folder folder;
    folder.write("t", "x\n  ${A} ${B}\n${C");
    const std::string line =
        Use(kFile).with("path", folder / "a").with("template", folder / "t").line();
    CHECK(contains(line, "cannot expand '" + folder / "t" + "'"));
    CHECK(contains(line, "2:3: the variable A is not set; 2:8: the variable B is not set; 3:1: "));
    CHECK_FALSE(folder.has("a"));
  }

  TEST_CASE("a link that stands there is replaced, not followed") {
    const Folder folder;
    folder.write("victim", "v");
    REQUIRE(::symlink("victim", (folder / "a").c_str()) == 0);
    CHECK(Use(kFile).with("path", folder / "a").with("content", "v").line() == "changed");
    CHECK(folder.read("victim") == "v");
    CHECK(S_ISREG(folder.stat("a").st_mode));
  }

  TEST_CASE("a file with a second name is replaced, not changed") {
    const Folder folder;
    folder.write("victim", "v");
    REQUIRE(::chmod((folder / "victim").c_str(), 0600) == 0);
    REQUIRE(::link((folder / "victim").c_str(), (folder / "a").c_str()) == 0);
    CHECK(Use(kFile).with("path", folder / "a").with("content", "v").line() == "changed");
    CHECK((folder.stat("victim").st_mode & 07777) == 0600);
    CHECK((folder.stat("a").st_mode & 07777) == 0644);
  }

  TEST_CASE("a directory, and one that is missing, are errors that name the path") {
    const Folder folder;
    folder.make("d");
    CHECK(contains(Use(kFile).with("path", folder / "d").with("content", "").line(),
                   "cannot replace '" + folder / "d" + "': it is a directory"));
    CHECK(contains(Use(kFile).with("path", folder / "no/a").with("content", "").line(),
                   folder / "no"));
  }

  TEST_CASE("exactly one source is given") {
    CHECK(Use(kFile).with("path", "/a").problem() != "");
    CHECK(Use(kFile).with("content", "").with("copy", "/b").problem() != "");
    CHECK(Use(kFile).with("content", "").problem() == "");
  }
}
