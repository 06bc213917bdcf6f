// recorder.c - stands in for a program that the machine may lack: notes how it was called and ends
// with the exit code that the test chose. It takes nothing from its environment, since that is what
// a test wants to see whole; all is beside its own file:
//   calls         each call: numbers and texts, each ended by NUL (recorder.py reads them)
//   NAME.codes    a byte a call, the exit code; the last one stays
//   NAME.reads    if there is one, standard input is read to its end and noted
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char record[1 << 20];
static size_t used;

static void put(const char* text) {
  const size_t size = strlen(text) + 1;
  if (used + size > sizeof record) _exit(97);
  memcpy(record + used, text, size);
  used += size;
}

static void put_list(char** list) {
  char number[16];
  size_t count = 0;
  while (list[count] != NULL) ++count;
  snprintf(number, sizeof number, "%zu", count);
  put(number);
  for (size_t i = 0; i < count; ++i) put(list[i]);
}

// Its standard input, where the test says that this ends.
static void put_input(const char* name) {
  char path[NAME_MAX];
  char input[1 << 16] = "";
  size_t length = 0;
  snprintf(path, sizeof path, "%.200s.reads", name);
  while (access(path, F_OK) == 0 && length < sizeof input - 1) {
    const ssize_t size = read(STDIN_FILENO, input + length, sizeof input - 1 - length);
    if (size < 0) _exit(89);
    if (size == 0) break;
    length += (size_t)size;
  }
  put(input);
}

static int next_code(const char* name) {
  unsigned char codes[64];
  char path[NAME_MAX];
  snprintf(path, sizeof path, "%.200s.codes", name);
  const int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT ? 0 : 90;
  const ssize_t size = read(fd, codes, sizeof codes);
  if (size <= 0) return 96;
  if (size > 1 && (pwrite(fd, codes + 1, (size_t)size - 1, 0) < 0 || ftruncate(fd, size - 1) < 0)) {
    return 95;
  }
  return codes[0];
}

int main(int argc, char** argv, char** environment) {
  (void)argc;
  char own[PATH_MAX] = "";
  char directory[PATH_MAX] = "";
  if (readlink("/proc/self/exe", own, sizeof own - 1) < 0) return 94;
  if (getcwd(directory, sizeof directory) == NULL) return 93;
  char* const slash = strrchr(own, '/');
  *slash = '\0';
  if (chdir(own) < 0) return 92;
  put_list(argv);
  put_list(environment);
  put(directory);
  char user[32];
  snprintf(user, sizeof user, "%u:%u", (unsigned)getuid(), (unsigned)getgid());
  put(user);
  char mask[16];
  snprintf(mask, sizeof mask, "%04o", (unsigned)umask(0));  // 0: calls of several users follow
  put(mask);
  put_input(slash + 1);
  const int fd = open("calls", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0 || write(fd, record, used) != (ssize_t)used) return 91;
  return next_code(slash + 1);
}
