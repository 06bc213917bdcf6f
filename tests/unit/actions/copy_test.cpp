#include <sys/resource.h>
#include <sys/un.h>

#include "use.hpp"

using namespace pintle;
using namespace pintle::actions;

namespace {

Use copy(const Folder& folder, const std::string& source = "s", const std::string& to = "d") {
  return Use(kCopy).with("source", folder / source).with("destination", folder / to);
}

void set_mode(const Folder& folder, const std::string& name, mode_t mode) {
  REQUIRE(::chmod((folder / name).c_str(), mode) == 0);
}
mode_t copied_mode_of(const Folder& folder, const std::string& name) {
  return folder.stat(name).st_mode & 07777;
}
std::string target_of(const Folder& folder, const std::string& name) {
  return std::filesystem::read_symlink(folder / name);
}

/// s: a directory, two files, two links, of which one leads nowhere.
void make_tree(const Folder& folder) {
  folder.make("s/a/b");
  folder.write("s/f", "f");
  folder.write("s/a/b/g", std::string(40000, 'g'));
  REQUIRE(::symlink("../outside", (folder / "s/a/l").c_str()) == 0);
  REQUIRE(::symlink("b", (folder / "s/a/m").c_str()) == 0);
  set_mode(folder, "s", 0751);
  set_mode(folder, "s/a/b", 0500);
  set_mode(folder, "s/f", 0640);
}

/// Fewer descriptors than usual, as long as it lives.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t most) {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &old_) == 0);
    const rlimit few{most, old_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { (void)::setrlimit(RLIMIT_NOFILE, &old_); }

 private:
  rlimit old_{};
};

}  // namespace

TEST_SUITE("actions/copy") {
  TEST_CASE("a tree is copied with links and modes, once") {
    const Folder folder;
    make_tree(folder);
    const Use use = copy(folder);
    CHECK_FALSE(folder.has("d"));
    CHECK(use.line() == "copied 7 entries");
    CHECK(folder.read("d/f") == "f");
    CHECK(folder.read("d/a/b/g") == std::string(40000, 'g'));
    CHECK(target_of(folder, "d/a/l") == "../outside");
    CHECK(target_of(folder, "d/a/m") == "b");
    CHECK(copied_mode_of(folder, "d") == 0751);
    CHECK(copied_mode_of(folder, "d/a/b") == 0500);
    CHECK(copied_mode_of(folder, "d/f") == 0640);
    CHECK(use.line() == "unchanged");
    set_mode(folder, "s/a/b", 0700);  // so that the folder can go, whoever tests
    set_mode(folder, "d/a/b", 0700);
  }

  TEST_CASE("only what differs is changed, and what is only in the copy stays") {
    const Folder folder;
    make_tree(folder);
    (void)copy(folder).line();
    const auto before = folder.stat("d/a/b/g").st_ino;
    folder.write("d/f", "other");
    folder.write("d/mine", "m");
    set_mode(folder, "d/a", 0700);
    REQUIRE(::unlink((folder / "d/a/l").c_str()) == 0);
    REQUIRE(::symlink("x", (folder / "d/a/l").c_str()) == 0);
    CHECK(copy(folder).line() == "copied 3 entries");
    CHECK(folder.read("d/f") == "f");
    CHECK(folder.read("d/mine") == "m");
    CHECK(target_of(folder, "d/a/l") == "../outside");
    CHECK(copied_mode_of(folder, "d/a") == copied_mode_of(folder, "s/a"));
    CHECK(folder.stat("d/a/b/g").st_ino == before);
    CHECK(copy(folder).line() == "unchanged");
  }

  TEST_CASE("with onlyIfMissing all that is there stays as it is") {
    const Folder folder;
    make_tree(folder);
    folder.make("d/a");
    set_mode(folder, "d/a", 0700);
    folder.write("d/f", "mine");
    folder.write("d/a/l", "mine too");
    const Use use = copy(folder).flag("onlyIfMissing");
    CHECK(use.line() == "copied 3 entries");
    CHECK(folder.read("d/f") == "mine");
    CHECK(folder.read("d/a/l") == "mine too");
    CHECK(copied_mode_of(folder, "d/a") == 0700);
    CHECK(target_of(folder, "d/a/m") == "b");
    CHECK(use.line() == "unchanged");
  }

  TEST_CASE("a file alone, and one that a link leads to, are copied") {
    const Folder folder;
    folder.write("s", "x");
    set_mode(folder, "s", 04755);
    REQUIRE(::symlink("s", (folder / "l").c_str()) == 0);
    CHECK(copy(folder).line() == "copied 1 entry");
    CHECK(folder.read("d") == "x");
    CHECK(copied_mode_of(folder, "d") == 0755);  // no special bit is copied
    CHECK(copy(folder).line() == "unchanged");
    CHECK(copy(folder).mode("mode", 0600).line() == "copied 1 entry");
    CHECK(copied_mode_of(folder, "d") == 0600);
  }

  TEST_CASE("modes and owner of all can be given") {
    if (::geteuid() != 0) return;
    const Folder folder;
    make_tree(folder);
    const Use use =
        copy(folder).mode("mode", 0604).mode("directoryMode", 0705).with("owner", "1000:1001");
    CHECK(use.line() == "copied 7 entries");
    for (const char* name : {"d", "d/a", "d/a/b", "d/f", "d/a/b/g"}) {
      CHECK(folder.stat(name).st_uid == 1000);
      CHECK(folder.stat(name).st_gid == 1001);
      CHECK(copied_mode_of(folder, name) == (S_ISDIR(folder.stat(name).st_mode) ? 0705 : 0604));
    }
    CHECK(use.line() == "unchanged");
  }

  TEST_CASE("a directory of another user keeps its mode, and one that was not finished gets it") {
    if (::geteuid() != 0) return;
    const Folder folder;
    make_tree(folder);
    folder.make("d/a");
    REQUIRE(::chown((folder / "d").c_str(), 1000, 1000) == 0);
    set_mode(folder, "d", 0700);
    set_mode(folder, "d/a", 0700);  // as after a kill
    CHECK(copy(folder).line() == "copied 6 entries");
    CHECK(copied_mode_of(folder, "d") == 0700);
    CHECK(folder.stat("d").st_uid == 1000);
    CHECK(copied_mode_of(folder, "d/a") == copied_mode_of(folder, "s/a"));
    CHECK(copy(folder).line() == "unchanged");
    CHECK(copy(folder).mode("directoryMode", 0711).line() == "copied 3 entries");
    CHECK(copied_mode_of(folder, "d") == 0711);
  }

  TEST_CASE("no link in the copy is followed, and no directory replaced") {
    const Folder folder;
    make_tree(folder);
    folder.make("outside/b");
    folder.make("d");
    REQUIRE(::symlink("../outside", (folder / "d/a").c_str()) == 0);
    CHECK(
        contains(copy(folder).line(), "cannot replace '" + folder / "d/a" + "': it is not a dir"));
    CHECK(std::filesystem::is_empty(folder / "outside/b"));
    REQUIRE(::unlink((folder / "d/a").c_str()) == 0);
    folder.make("d/a/l");
    CHECK(contains(copy(folder).line(), "cannot replace '" + folder / "d/a/l" + "': it is a dir"));
    REQUIRE(::rmdir((folder / "d/a/l").c_str()) == 0);
    folder.write("outside/f", "o");
    (void)::unlink((folder / "d/f").c_str());
    REQUIRE(::symlink("../outside/f", (folder / "d/f").c_str()) == 0);
    CHECK_FALSE(contains(copy(folder).line(), "cannot"));
    CHECK(folder.read("outside/f") == "o");
    CHECK(S_ISREG(folder.stat("d/f").st_mode));
  }

  TEST_CASE("sockets, FIFOs and devices are left out, and said") {
    const Folder folder;
    folder.make("s");
    folder.write("s/f", "f");
    REQUIRE(::mkfifo((folder / "s/p").c_str(), 0600) == 0);
    CHECK(copy(folder).line() == "copied 2 entries; did not copy 1 sockets, FIFOs and devices");
    CHECK_FALSE(folder.has("d/p"));
    CHECK(copy(folder).line() == "unchanged; did not copy 1 sockets, FIFOs and devices");
    CHECK(contains(copy(folder, "s/p", "e").line(),
                   "cannot copy '" + folder / "s/p" + "': it is a socket, a FIFO or a device"));
    CHECK(contains(Use(kCopy).with("source", "/proc/self").with("destination", folder / "e").line(),
                   "belong to the kernel"));
    CHECK_FALSE(folder.has("e"));
  }

  TEST_CASE("a copy in its own source is refused, by text or by place") {
    const Folder folder;
    make_tree(folder);
    const std::string why = "the copy would be in the directory that is copied";
    CHECK(contains(copy(folder, "s", "s").problem(), why));
    CHECK(contains(copy(folder, "s", "s/a/new").problem(), why));
    CHECK(copy(folder, "s", "s2").problem() == "");
    CHECK(copy(folder, "s/$X", "s/$X").problem() == "");
    REQUIRE(::symlink("s/a", (folder / "in").c_str()) == 0);
    CHECK(contains(copy(folder, "s", "in/new").line(), why));
    CHECK(contains(copy(folder, "s/.", "s").line(), why));
    CHECK_FALSE(folder.has("s/a/new"));
    CHECK(copy(folder, "s/a", "s/c").line() == "copied 5 entries");
  }

  TEST_CASE("a missing source and a missing parent are errors that name them") {
    const Folder folder;
    CHECK(contains(copy(folder).line(), folder / "s"));
    make_tree(folder);
    CHECK(
        contains(copy(folder, "s", "no/d").line(), "cannot enter the directory '" + folder / "no"));
  }

  TEST_CASE("a full disk and a read-only one are told, and no file is half there") {
    const Folder folder;
    const Folder disk;
    make_tree(folder);
    folder.write("s/large", std::string(100000, 'x'));
    const Use use = copy(folder).with("destination", disk / "d");
    const SmallDisk small(disk);
    if (!small) return;
    CHECK(contains(use.line(), "cannot write '" + disk / "d/large" + "': No space left on device"));
    CHECK_FALSE(disk.has("d/large"));
    folder.write("s/large", "");
    (void)use.line();
    CHECK(use.line() == "unchanged");
    small.make_read_only();
    CHECK(use.line() == "unchanged");
    folder.write("s/f", "new");
    CHECK(contains(use.line(), "cannot write '" + disk / "d/f" + "': Read-only file system"));
    folder.make("s/new");
    folder.write("s/f", "f");
    CHECK(contains(use.line(), "cannot make the directory '" + disk / "d/new" + "': Read-only"));
  }

  TEST_CASE("a tree of any depth is copied with few descriptors") {
    const Folder folder;
    std::string deep = "s";
    for (int i = 0; i < 300; ++i) deep += "/d";
    folder.make(deep);
    folder.write(deep + "/f", "f");
    folder.write("s/after", "a");
    {
      const FewDescriptors few(64);
      CHECK(copy(folder).line() == "copied 303 entries");
      CHECK(copy(folder).line() == "unchanged");
    }
    CHECK(folder.read("d" + deep.substr(1) + "/f") == "f");
    CHECK(folder.read("d/after") == "a");
  }
}
