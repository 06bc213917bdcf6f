// witness.c - what pintle runs in torture_test.py: each process writes down who it is, in one line of
// a common file, so that it can be compared with what it is without faults. Compiled once, statically.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static char line[4096];
static size_t length;

static void add(const char* text) {
  const size_t size = strlen(text);
  if (length + size >= sizeof line) _exit(99);
  memcpy(line + length, text, size);
  length += size;
}

static void add_number(const char* name, unsigned long number) {
  char text[64];
  snprintf(text, sizeof text, " %s=%lx", name, number);
  add(text);
}

// What of /proc/self/status says what a process may do, and which signals it has.
static void add_status(void) {
  static const char* const kKeys[] = {"Uid",    "Gid",    "Groups", "NoNewPrivs", "CapInh", "CapPrm",
                                      "CapEff", "CapBnd", "CapAmb", "SigBlk",     "SigIgn"};
  static char text[1 << 14];
  const int fd = open("/proc/self/status", O_RDONLY);
  const ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  close(fd);
  if (size <= 0) _exit(98);
  for (char* one = strtok(text, "\n"); one != NULL; one = strtok(NULL, "\n")) {
    for (size_t i = 0; i < sizeof kKeys / sizeof *kKeys; ++i) {
      const size_t key = strlen(kKeys[i]);
      if (strncmp(one, kKeys[i], key) != 0 || one[key] != ':') continue;
      for (char* c = one; *c != '\0'; ++c) {
        if (*c == '\t' || *c == ' ') *c = ',';
      }
      add(" ");
      add(one);
    }
  }
}

// note FILE NAME
static void note(char** a) {
  add(a[1]);
  add_status();
  add_number("securebits", (unsigned long)prctl(PR_GET_SECUREBITS));
  uint64_t open_ones = 0;
  for (int fd = 0; fd < 64; ++fd) open_ones |= (uint64_t)(fcntl(fd, F_GETFD) >= 0) << fd;
  add_number("fds", open_ones);
  add("\n");
  const int fd = open(a[0], O_WRONLY | O_APPEND);
  if (fd < 0 || write(fd, line, length) != (ssize_t)length) _exit(97);
  close(fd);
}

static void tell(const char* text) {
  const char* const name = getenv("NOTIFY_SOCKET");
  struct sockaddr_un to = {.sun_family = AF_UNIX};
  const size_t size = name == NULL ? 0 : strlen(name);
  if (size < 2 || size >= sizeof to.sun_path) return;
  memcpy(to.sun_path + 1, name + 1, size - 1);
  const int box = socket(AF_UNIX, SOCK_DGRAM, 0);
  sendto(box, text, strlen(text), 0, (struct sockaddr*)&to,
         (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size));
  close(box);
}

static void say(const char* text) {
  if (write(1, text, strlen(text)) < 0) _exit(96);
}

// main FILE NAME CODE: tells that it is ready, names SIGUSR1, and ends with the code at SIGTERM.
static int be_main(char** a) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  note(a);
  tell("READY=1\nSTATUS=here");
  say("ready\n");
  for (;;) {
    const int number = sigwaitinfo(&all, NULL);
    if (number == SIGUSR1) say("got 10\n");
    if (number == SIGTERM) return atoi(a[2]);
  }
}

// await FILE CMD...: executes when the file is there, for which it makes only calls that pintle does
// not make: whoever counts those begins at zero.
static int await_file(char** a) {
  const struct timespec pause = {0, 2000000};
  while (faccessat(AT_FDCWD, a[0], F_OK, 0) < 0) nanosleep(&pause, NULL);
  execv(a[1], a + 1);
  return 95;
}

int main(int argc, char** argv) {
  char** const a = argv + 2;
  if (argc > 3 && strcmp(argv[1], "await") == 0) return await_file(a);
  if (argc > 4 && strcmp(argv[1], "main") == 0) return be_main(a);
  if (argc > 3) note(a);
  if (argc > 4 && strcmp(argv[1], "note") == 0) {  // note FILE NAME WORDS: says them
    say(a[2]);
    return 0;
  }
  if (argc > 4 && strcmp(argv[1], "flaky") == 0) {  // flaky FILE NAME MARK: fails until it is there
    const int made = open(a[2], O_CREAT | O_EXCL | O_WRONLY, 0644);
    return made < 0 ? 0 : 3;
  }
  return 94;
}
