#include "sys/lookup.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "sys/file.hpp"

namespace pintle::sys {
namespace {

bool is_directory(const std::string& path) noexcept {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::string script_interpreter(const std::string& head) {
  if (!head.starts_with("#!")) return {};
  const std::size_t start = head.find_first_not_of(" \t", 2);
  if (start == std::string::npos) return {};
  return head.substr(start, head.find_first_of(" \t\r\n", start) - start);
}

/// PT_INTERP of an ELF file of this machine's class, elf(5).
std::string program_interpreter(const std::string& head) {
  Elf64_Ehdr header{};
  if (head.size() < sizeof header || !head.starts_with(ELFMAG)) return {};
  std::memcpy(&header, head.data(), sizeof header);
  if (header.e_ident[EI_CLASS] != ELFCLASS64) return {};
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    const std::size_t at = header.e_phoff + i * sizeof segment;
    if (at > head.size() || head.size() - at < sizeof segment) return {};
    std::memcpy(&segment, head.data() + at, sizeof segment);
    if (segment.p_type != PT_INTERP || segment.p_offset >= head.size()) continue;
    return head.substr(segment.p_offset).c_str();
  }
  return {};
}

}  // namespace

std::vector<std::string> candidates_for(const std::string& command, std::string_view path,
                                        const std::string& directory) {
  if (command.empty()) return {};  // the directory alone is not a program
  if (command.find('/') != std::string::npos) return {command};
  std::vector<std::string> found;
  while (!path.empty()) {
    const std::size_t end = path.find(':');
    const std::string folder(path.substr(0, end));
    path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
    if (folder.empty()) continue;
    const bool relative = folder.front() != '/' && !directory.empty();
    found.push_back(relative ? fmt::format("{}/{}/{}", directory, folder, command)
                             : fmt::format("{}/{}", folder, command));
  }
  return found;
}

FilePrivileges file_privileges(const std::string& path) {
  struct stat info {};
  std::array<char, 64> value{};
  if (::stat(path.c_str(), &info) < 0 || !S_ISREG(info.st_mode)) return {};
  if (read_head(path).starts_with("#!")) return {};  // execve(2) uses those of the interpreter
  FilePrivileges privileges;
  if ((info.st_mode & S_ISUID) != 0) privileges.uid = info.st_uid;
  // Without S_IXGRP, the bit means mandatory locking, inode(7).
  if ((info.st_mode & S_ISGID) != 0 && (info.st_mode & S_IXGRP) != 0) privileges.gid = info.st_gid;
  const ssize_t size = ::getxattr(path.c_str(), "security.capability", value.data(), value.size());
  if (size > 0) {
    const std::string_view attribute(value.data(), static_cast<std::size_t>(size));
    privileges.capabilities = file_capabilities(attribute);
    privileges.insists = are_effective(attribute);
  }
  return privileges;
}

std::string explain_exec_failure(const std::string& path, int code) {
  if (code == ENOEXEC) return "it is neither a program for this machine nor a script with '#!'";
  if (path.empty()) return "its command is empty after its variables are expanded";
  if (code == EACCES && is_directory(path)) return "it is a directory";
  if (code == EPERM) {
    const CapabilitySet capabilities = file_privileges(path).capabilities;
    if (capabilities.empty()) return {};
    return fmt::format(
        "the file's capabilities {} cannot be granted; add them with --cap-add, and to "
        "\"confinement\": {{\"capabilities\": […]}}",
        capability_names(capabilities));
  }
  if (code != ENOENT) return {};
  if (path.find('/') == std::string::npos) return "not found in PATH";
  const std::string head = read_head(path);
  std::string interpreter = script_interpreter(head);
  if (interpreter.empty()) interpreter = program_interpreter(head);
  if (interpreter.empty()) return {};
  return fmt::format("its interpreter '{}' is missing", interpreter);
}

}  // namespace pintle::sys
