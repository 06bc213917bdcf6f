// swapper.c - a hostile process of the race test: changes what a path means, or what a file holds, as fast
// as it can, until its standard input is closed. Then it says how often.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define EXCHANGE 2  // RENAME_EXCHANGE, renameat2(2)

static void swap(const char* one, const char* other) {
  if (syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, EXCHANGE) < 0) {
    perror(one);
    exit(1);
  }
}

// Writes the content of `from` into the file that is there.
static void overwrite(const char* path, const char* from) {
  static char bytes[1 << 20];
  const int in = open(from, O_RDONLY);
  const ssize_t size = read(in, bytes, sizeof bytes);
  close(in);
  const int out = open(path, O_WRONLY);
  if (out < 0) return;  // it is being executed: ETXTBSY
  if (write(out, bytes, (size_t)size) != size) exit(1);
  close(out);
}

static int is_over(void) {
  struct pollfd input = {0, POLLIN, 0};
  return poll(&input, 1, 0) > 0;
}

// swap ONE OTHER: what both paths name. write PATH GOOD EVIL: the content of PATH.
int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const int writes = strcmp(argv[1], "write") == 0;
  long times = 0;
  for (; !is_over(); ++times) {
    if (writes) {
      // While it is open for writing it cannot be executed: leave time between.
      const struct timespec pause = {0, 200000};
      nanosleep(&pause, NULL);
      overwrite(argv[2], argv[3 + times % 2]);
    } else {
      swap(argv[2], argv[3]);
    }
  }
  printf("%ld\n", times);
  return 0;
}
