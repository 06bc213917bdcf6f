#include "errors.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "fake_system.hpp"

namespace seam {
namespace {

constexpr Error kNoPrivilege[] = {{EPERM, true}, {ENOSYS}};
constexpr Error kNoDescriptor[] = {{EMFILE, true}, {ENFILE}, {ENOMEM}};
constexpr Error kNoSocket[] = {{EMFILE, true}, {ENOMEM}, {EACCES, true}};
constexpr Error kNoPipe[] = {{EMFILE, true}, {ENFILE}};
constexpr Error kNoFork[] = {{EAGAIN, true}, {ENOMEM, true}, {EPERM}};
constexpr Error kNoPoll[] = {{EINTR}, {ENOMEM, true}, {EINVAL, true}};
constexpr Error kNoRead[] = {{EINTR}, {EAGAIN}, {EIO}};
constexpr Error kNoWrite[] = {{EINTR}, {EPIPE}};
constexpr Error kNoLog[] = {{EAGAIN, true}, {EIO, true}};
constexpr Error kNoWait[] = {{EINTR}, {EPERM}, {ENOSYS}};
constexpr Error kInterrupted[] = {{EINTR}};
constexpr Error kNoKill[] = {{EPERM, true}};
constexpr Error kNoExec[] = {{ENOENT}, {EACCES}, {ENOEXEC}, {ENOMEM}, {E2BIG}};
constexpr Error kNoOpen[] = {{EMFILE, true}, {ENOENT}, {EACCES, true}};
constexpr Error kNoName[] = {{EADDRINUSE}, {EINVAL}, {EACCES, true}};
constexpr Error kNoConnect[] = {{ECONNREFUSED}, {EAGAIN}, {EACCES}};
constexpr Error kNoAccept[] = {{EINTR}, {ECONNABORTED}, {EMFILE, true}, {ENOMEM}};
constexpr Error kNoSend[] = {{EINTR}, {EAGAIN, true}, {EPIPE}, {ECONNREFUSED}, {ENOBUFS}};
constexpr Error kNoReceive[] = {{EINTR}, {EAGAIN}, {ENOMEM, true}};
constexpr Error kNoDuplicate[] = {{EMFILE}, {EBUSY}};
constexpr Error kNoUid[] = {{EAGAIN}, {EPERM, true}, {kOnlySays, true}};
constexpr Error kNoChange[] = {{EPERM, true}, {ENOSYS}, {kOnlySays, true}};
constexpr Error kNoPath[] = {{ENOENT}, {EACCES}};
constexpr Error kUnknown[] = {{ENOSYS, true}, {EPERM}};
constexpr Error kNoTerminal[] = {{ENOTTY, true}, {EIO, true}, {EPERM}};
constexpr Error kNoMemory[] = {{ENOMEM}};
constexpr Error kNoBuffer[] = {{ENOBUFS}};
constexpr Error kNoClose[] = {{EINTR}, {EIO}};

struct Row {
  std::string_view call;
  std::span<const Error> errors;
};
constexpr Row kRows[] = {
    {"fork", kNoFork},
    {"execve", kNoExec},
    {"waitid", kNoWait},
    {"waitid stopped", kInterrupted},
    {"kill", kNoKill},
    {"setsid", kNoPrivilege},
    {"setpgid", kNoPrivilege},
    {"getpgid", kNoPrivilege},
    {"poll", kNoPoll},
    {"timerfd_create", kNoDescriptor},
    {"timerfd_settime", kUnknown},
    {"pipe2", kNoPipe},
    {"close", kNoClose},
    {"read", kNoRead},
    {"write", kNoWrite},
    {"write log", kNoLog},
    {"dup2", kNoDuplicate},
    {"fcntl", kNoPrivilege},
    {"fcntl dup", kNoDescriptor},
    {"fchown", kNoPrivilege},
    {"getrandom", kUnknown},
    {"open", kNoOpen},
    {"opendir", kNoOpen},
    {"getrlimit", kNoPrivilege},
    {"setrlimit", kNoPrivilege},
    {"setpriority", kNoPrivilege},
    {"chdir", kNoPath},
    {"socket", kNoSocket},
    {"bind", kNoName},
    {"bind any", kNoName},
    {"tcgetpgrp", kNoTerminal},
    {"tcsetpgrp", kNoTerminal},
    {"listen", kNoName},
    {"getsockname", kNoBuffer},
    {"accept4", kNoAccept},
    {"connect", kNoConnect},
    {"setsockopt", kNoMemory},
    {"getsockopt", kNoBuffer},
    {"sendto", kNoSend},
    {"send", kNoSend},
    {"recv", kNoReceive},
    {"recvmsg", kNoReceive},
    {"getresuid", kNoPrivilege},
    {"getresgid", kNoPrivilege},
    {"setresuid", kNoUid},
    {"setresgid", kNoUid},
    {"getgroups", kNoPrivilege},
    {"setgroups", kNoUid},
    {"capget", kNoPrivilege},
    {"capset", kNoChange},
    {"prctl CAPBSET_READ", kNoPrivilege},
    {"prctl CAPBSET_DROP", kNoPrivilege},
    {"prctl CAP_AMBIENT", kNoPrivilege},
    {"prctl SET_SECUREBITS", kNoPrivilege},
    {"prctl SET_KEEPCAPS", kNoPrivilege},
    {"prctl SET_NO_NEW_PRIVS", kNoChange},
    {"close_range", kUnknown},
    {"getdents64", kUnknown},
    {"signalfd4", kNoDescriptor},
};

struct Name {
  int number;
  std::string_view name;
};
constexpr Name kErrorNames[] = {
    {EAGAIN, "EAGAIN"},
    {EINTR, "EINTR"},
    {ENOMEM, "ENOMEM"},
    {EMFILE, "EMFILE"},
    {ENFILE, "ENFILE"},
    {EPERM, "EPERM"},
    {ENOSYS, "ENOSYS"},
    {EIO, "EIO"},
    {EINVAL, "EINVAL"},
    {EPIPE, "EPIPE"},
    {ENOENT, "ENOENT"},
    {EACCES, "EACCES"},
    {ENOEXEC, "ENOEXEC"},
    {E2BIG, "E2BIG"},
    {EADDRINUSE, "EADDRINUSE"},
    {ECONNREFUSED, "ECONNREFUSED"},
    {EBUSY, "EBUSY"},
    {ECONNABORTED, "ECONNABORTED"},
    {kOnlySays, "a false success"},
    {ENOBUFS, "ENOBUFS"},
    {ENOTTY, "ENOTTY"},
};

}  // namespace

std::span<const Error> errors_of(std::string_view call) noexcept {
  const auto row = std::find_if(std::begin(kRows), std::end(kRows),
                                [=](const Row& one) { return one.call == call; });
  return row == std::end(kRows) ? std::span<const Error>() : row->errors;
}

std::string_view name_of_error(int number) noexcept {
  const auto name = std::find_if(std::begin(kErrorNames), std::end(kErrorNames),
                                 [=](const Name& one) { return one.number == number; });
  return name == std::end(kErrorNames) ? std::string_view("another error") : name->name;
}

}  // namespace seam
