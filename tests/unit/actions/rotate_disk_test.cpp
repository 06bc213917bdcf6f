// `rotate` where it cannot do what it should.
#include <sys/wait.h>

#include "base/fd.hpp"
#include "use.hpp"

using namespace pintle;
using namespace pintle::actions;

namespace {

using DiskNames = std::vector<std::string>;

constexpr std::size_t kDiskRename = 0;
constexpr std::size_t kDiskCopyTruncate = 1;

Use rotating_disk(const std::string& path, std::size_t method = kDiskRename) {
  return Use(kRotate)
      .with("path", path)
      .size("largerThan", 2)
      .with("method", method == kDiskRename ? "rename" : "copyTruncate");
}

}  // namespace

TEST_SUITE("actions/rotate") {
  TEST_CASE("a full disk is no matter for a rename, and nothing for a copy") {
    const Folder folder;
    const SmallDisk disk(folder);
    if (!disk) return;
    folder.write("log.1", "1");
    folder.write("log", std::string(40000, 'x'));
    CHECK(rotating_disk(folder / "log", kDiskCopyTruncate).line() ==
          "cannot write '" + (folder / "log.1") + "': No space left on device");
    CHECK(folder.names() == DiskNames{"log", "log.1"});
    CHECK(folder.read("log").size() == 40000);
    CHECK(folder.read("log.1") == "1");
    folder.write("fill", std::string(30000, 'x'));
    CHECK(rotating_disk(folder / "log").line() == "rotated 1 files, 40000 bytes");
    CHECK(folder.read("log.1").size() == 40000);
  }

  TEST_CASE("a disk without room for a further file leaves everything as it is") {
    const Folder folder;
    const SmallDisk disk(folder, "mode=755,size=64k,nr_inodes=4");
    if (!disk) return;
    for (const char* name : {"log", "log.1", "fill"}) folder.write(name, "123");
    for (const std::size_t method : {kDiskRename, kDiskCopyTruncate}) {
      CHECK(contains(rotating_disk(folder / "log", method).line(), "No space left on device"));
      CHECK(folder.names() == DiskNames{"fill", "log", "log.1"});
      CHECK(folder.read("log") == "123");
    }
  }

  TEST_CASE("content counts, and a copy has no hole at its beginning") {
    const Folder folder;
    constexpr off_t kHole = 1 << 20;
    folder.write("log", "");
    REQUIRE(::truncate((folder / "log").c_str(), kHole) == 0);
    CHECK(rotating_disk(folder / "log", kDiskCopyTruncate).line() == "unchanged");
    const pintle::Fd file(::open((folder / "log").c_str(), O_WRONLY | O_CLOEXEC));
    REQUIRE(::pwrite(file.get(), "a line\n", 7, kHole) == 7);
    CHECK(rotating_disk(folder / "log", kDiskCopyTruncate).line() == "rotated 1 files, 7 bytes");
    CHECK(folder.read("log.1") == "a line\n");
    REQUIRE(::pwrite(file.get(), "x", 1, kHole + 7) == 1);
    CHECK(rotating_disk(folder / "log", kDiskCopyTruncate).line() == "unchanged");
    CHECK(folder.read("log.1") == "a line\n");
    // A hole in between stays one.
    REQUIRE(::pwrite(file.get(), "end\n", 4, 4 * kHole) == 4);
    CHECK(contains(rotating_disk(folder / "log", kDiskCopyTruncate).line(), "rotated 1 files"));
    CHECK(folder.stat("log.1").st_blocks * 512 < kHole);
    CHECK(folder.read("log.1").ends_with("end\n"));
  }

  TEST_CASE("a read-only file system is told, unless there is nothing to do") {
    const Folder folder;
    const SmallDisk disk(folder);
    if (!disk) return;
    folder.write("log", "123");
    disk.make_read_only();
    for (const std::size_t method : {kDiskRename, kDiskCopyTruncate}) {
      CHECK(contains(rotating_disk(folder / "log", method).line(), "Read-only file system"));
      CHECK(rotating_disk(folder / "log", method).number("keep", 9).foreseen().size() == 1);
    }
    CHECK(Use(kRotate).with("path", folder / "log").size("largerThan", 3).line() == "unchanged");
    CHECK(folder.names() == DiskNames{"log"});
  }

  TEST_CASE("who may not write to the directory changes nothing") {
    const Folder folder;
    folder.write("log", "123");
    REQUIRE(::chmod((folder / "log").c_str(), 0666) == 0);
    REQUIRE(::chmod(folder.path().c_str(), 0555) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const bool is_other = ::geteuid() != 0 || ::setuid(1000) == 0;
      bool failed = is_other;
      for (const std::size_t method : {kDiskRename, kDiskCopyTruncate}) {
        failed =
            failed && contains(rotating_disk(folder / "log", method).line(), "Permission denied");
      }
      ::_exit(failed ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(folder.names() == DiskNames{"log"});
    CHECK(folder.read("log") == "123");
    REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
  }
}
