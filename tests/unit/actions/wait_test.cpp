#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "base/fd.hpp"
#include "use.hpp"

using namespace pintle;
using namespace pintle::actions;
using namespace std::chrono_literals;

TEST_SUITE("actions/wait") {
  TEST_CASE("exactly one target is given, and status only with http") {
    CHECK(Use(kWait).problem() != "");
    CHECK(Use(kWait).with("tcp", "db:1").with("file", "/a").problem() != "");
    CHECK(Use(kWait).with("file", "/a").number("status", 200).problem() != "");
    CHECK(Use(kWait).with("http", "http://a/").number("status", 204).problem() == "");
  }

  TEST_CASE("a file that is there, or that comes, is enough") {
    const Folder folder;
    folder.write("here", "");
    CHECK(Use(kWait).with("file", folder / "here").line() == "there");
    const auto come = [&](const std::string& note) {
      if (contains(note, "No such file")) folder.write("soon", "");
    };
    const Use use = Use(kWait).with("file", folder / "soon").duration("interval", 1ms);
    CHECK(use.line(come) == "there after 2 attempts");
  }

  TEST_CASE("what it waits for is noted, and each reason once") {
    const Folder folder;
    const std::string path = folder / "f";
    std::vector<std::string> notes;
    const auto note = [&](const std::string& line) {
      notes.push_back(line);
      if (notes.size() == 2) std::filesystem::create_directory_symlink("/dev/null/x", path);
      if (notes.size() == 3) std::filesystem::remove(path);
      if (notes.size() == 3) folder.write("f", "");
    };
    (void)Use(kWait).with("file", path).duration("interval", 1ms).line(note);
    const std::string why = "waiting for file " + path + ": cannot find '" + path + "': ";
    CHECK(notes.at(0) == "waiting for file " + path);
    CHECK(notes.at(1) == why + "No such file or directory");
    CHECK(notes.at(2) == why + "Not a directory");
  }

  TEST_CASE("a socket that listens is enough, by name as by number") {
    const Folder folder;
    const Fd local(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un path{};
    path.sun_family = AF_UNIX;
    std::strncpy(path.sun_path, (folder / "s").c_str(), sizeof path.sun_path - 1);
    REQUIRE(::bind(local.get(), reinterpret_cast<sockaddr*>(&path), sizeof path) == 0);
    REQUIRE(::listen(local.get(), 1) == 0);
    CHECK(Use(kWait).with("unix", folder / "s").line() == "there");

    const Fd server(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(server.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(server.get(), 4) == 0);
    REQUIRE(::getsockname(server.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    const std::string port = std::to_string(ntohs(address.sin_port));
    for (const std::string host : {"127.0.0.1:", "localhost:"}) {
      CHECK(Use(kWait).with("tcp", host + port).line() == "there");
      CHECK(Use(kWait).with("tcp", "redis://:p@w@" + host + port + "/0").line() == "there");
    }
  }

  TEST_CASE("what variables made of an address is judged once, not waited for") {
    CHECK(contains(Use(kWait).with("tcp", "no port").line(), "cannot use the address"));
    CHECK(contains(Use(kWait).with("http", "ftp://a").line(), "cannot use the address"));
    const std::string said = Use(kWait).with("tcp", "kafka://app:hunter2@db/x").line();
    CHECK(contains(said, "'kafka://db/x': the port is missing"));
  }
}
