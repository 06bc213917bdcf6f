// actor.c - what the integration tests run as main, as a hook or in front of pintle: one small
// program that does what a shell or Python cannot do exactly. It is compiled once, statically.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  uint64_t words[4];
} KernelAction;  // begins with the handler

static void say(const char* text, int number) {
  char line[128];
  const int size = number < 0 ? snprintf(line, sizeof line, "%s\n", text)
                              : snprintf(line, sizeof line, "%s %d\n", text, number);
  if (write(1, line, (size_t)size) < 0) _exit(99);
}

// The C library hides the signals 32 and 33; these do not.
static void block_all(void) {
  const uint64_t all = ~(uint64_t)0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof all);
}
static void ignore_all(void) {
  const KernelAction ignore = {{1, 0, 0, 0}};
  for (int number = 1; number <= 64; ++number) {
    syscall(SYS_rt_sigaction, number, &ignore, NULL, sizeof(uint64_t));
  }
}
static int next_signal(void) {
  const uint64_t all = ~(uint64_t)0;
  for (;;) {
    const long number = syscall(SYS_rt_sigtimedwait, &all, NULL, NULL, sizeof all);
    if (number > 0) return (int)number;
  }
}
static void wait_for_ever(void) {
  for (;;) pause();
}

// Names every signal that arrives; ends at `last`.
static int listen_for(const char* who, int last, int code) {
  char text[64];
  snprintf(text, sizeof text, "%s", who);
  say("ready", -1);
  for (;;) {
    const int number = next_signal();
    say(text, number);
    if (number == last) return code;
  }
}

static int cmd_exit(char** a) { return atoi(a[0]); }

static int cmd_die(char** a) {
  const KernelAction standard = {{0, 0, 0, 0}};
  const struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  syscall(SYS_rt_sigaction, atoi(a[0]), &standard, NULL, sizeof(uint64_t));
  kill(getpid(), atoi(a[0]));
  return 98;
}

// listen LAST [CODE]
static int cmd_listen(char** a) {
  block_all();
  return listen_for("got", atoi(a[0]), a[1] ? atoi(a[1]) : 0);
}

// family LAST: main and a child of its group, both listening.
static int cmd_family(char** a) {
  block_all();
  if (fork() == 0) return listen_for("child got", atoi(a[0]), 0);
  return listen_for("got", atoi(a[0]), 0);
}

static int cmd_deaf(char** a) {
  (void)a;
  ignore_all();
  say("ready", -1);
  wait_for_ever();
  return 0;
}

// deaf-family: ignores TERM, and so does a child of it.
static int cmd_deaf_family(char** a) {
  (void)a;
  ignore_all();
  const pid_t child = fork();
  if (child == 0) {
    wait_for_ever();
  }
  say("grandchild", (int)child);
  wait_for_ever();
  return 0;
}

// Names what has arrived up to now.
static void say_signals(void) {
  const uint64_t all = ~(uint64_t)0;
  const struct timespec none = {0, 0};
  long number;
  while ((number = syscall(SYS_rt_sigtimedwait, &all, NULL, &none, sizeof all)) > 0) {
    if (number != SIGCHLD) say("got", (int)number);
  }
}

// Forks twice for each; they are orphans when it returns. Meanwhile it names its signals.
static void fork_orphans(int count) {
  say("forking", -1);
  while (count > 0) {
    say_signals();
    const pid_t child = fork();
    if (child == 0) {
      for (int i = 0; i < 20; ++i) {
        if (fork() <= 0) _exit(i);
      }
      _exit(0);
    }
    if (child > 0) {
      waitpid(child, NULL, 0);
      count -= 20;
    } else {
      usleep(1000);
    }
  }
  say("forked", -1);
}

// orphans COUNT CODE: makes them, and as many again on each SIGUSR2; ends at SIGUSR1.
static int cmd_orphans(char** a) {
  block_all();
  for (int number = SIGUSR2; number != SIGUSR1; number = next_signal()) {
    if (number == SIGUSR2) fork_orphans(atoi(a[0]));
  }
  return atoi(a[1]);
}

// leave MODE CODE: ends, and leaves a process of another session: "polite", "deaf", or "deep" (a
// chain of three that ignore TERM).
static int cmd_leave(char** a) {
  int ready[2];
  if (pipe(ready) < 0) return 97;
  if (fork() == 0) {
    setsid();
    close(ready[0]);
    if (strcmp(a[0], "polite") == 0) {
      block_all();
      close(ready[1]);
      for (;;) {
        const int number = next_signal();
        say("left got", number);
        if (number == SIGTERM) return 0;
      }
    }
    ignore_all();
    for (int depth = strcmp(a[0], "deep") == 0 ? 2 : 0; depth > 0; --depth) {
      if (fork() != 0) break;
    }
    close(ready[1]);
    wait_for_ever();
  }
  close(ready[1]);
  char byte;
  while (read(ready[0], &byte, 1) > 0) {
  }
  return atoi(a[1]);
}

// eat [SIGNAL]: at that signal, or at once, takes all memory that it gets.
static int cmd_eat(char** a) {
  const size_t size = 1 << 20;
  block_all();
  say("ready", -1);
  while (a[0] != NULL && next_signal() != atoi(a[0])) {
  }
  for (;;) {
    char* const taken = malloc(size);
    if (taken == NULL) return 97;
    memset(taken, 1, size);
  }
}

// adopted: a process whose parent ends says who its next parent is.
static int cmd_adopted(char** a) {
  (void)a;
  block_all();
  const pid_t child = fork();
  if (child == 0) {
    const pid_t parent = getpid();
    if (fork() != 0) _exit(0);
    while (getppid() == parent) usleep(1000);
    say("adopted by", (int)getppid());
    _exit(0);
  }
  waitpid(child, NULL, 0);
  while (next_signal() == SIGCHLD) {
  }
  return 0;
}

// state: what was inherited.
static int cmd_state(char** a) {
  (void)a;
  for (int fd = 0; fd < 4096; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) say("fd", fd);
  }
  uint64_t mask = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, NULL, &mask, sizeof mask);
  for (int number = 1; number <= 64; ++number) {
    KernelAction action = {{0, 0, 0, 0}};
    syscall(SYS_rt_sigaction, number, NULL, &action, sizeof(uint64_t));
    if (action.words[0] != 0) say("not default", number);
    if (mask >> (number - 1) & 1) say("blocked", number);
  }
  say("end", -1);
  return 0;
}

// trace PID: may we trace it?
static int cmd_trace(char** a) {
  const pid_t pid = atoi(a[0]);
  if (ptrace(PTRACE_SEIZE, pid, 0, 0) == 0) {
    say("traced", -1);
  } else {
    say("refused", errno);
  }
  return 0;
}

// harass CODE: sends its parent SIGTERM, and, in its namespace, everybody
// SIGKILL, until it gets SIGTERM itself.
static int cmd_harass(char** a) {
  const uint64_t all = ~(uint64_t)0;
  const struct timespec none = {0, 0};
  int landed = 0;
  block_all();
  say("ready", -1);
  for (;;) {
    for (int i = 0; i < 100; ++i) landed += kill(getppid(), SIGTERM) == 0;
    if (getppid() == 1) kill(-1, SIGKILL);
    if (syscall(SYS_rt_sigtimedwait, &all, NULL, &none, sizeof all) == SIGTERM) break;
  }
  say("landed", landed);
  return atoi(a[0]);
}

static int holds(const char* path, const char* word) {
  static char text[1 << 16];
  const int fd = open(path, O_RDONLY | O_NONBLOCK);
  if (fd < 0) return 0;
  const ssize_t size = read(fd, text, sizeof text);
  close(fd);
  return size > 0 && memmem(text, (size_t)size, word, strlen(word)) != NULL;
}

// Whether what a process may write in its memory holds the word.
static int has_in_memory(int pid, const char* word) {
  static char text[1 << 20];
  char path[64], line[512];
  int found = 0;
  snprintf(path, sizeof path, "/proc/%d/mem", pid);
  const int memory = open(path, O_RDONLY);
  if (memory < 0) return 0;
  snprintf(path, sizeof path, "/proc/%d/maps", pid);
  FILE* maps = fopen(path, "r");
  while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
    unsigned long from, to;
    char mode;
    if (sscanf(line, "%lx-%lx r%c", &from, &to, &mode) != 3 || mode != 'w') continue;
    const size_t most = to - from < sizeof text ? to - from : sizeof text;
    const ssize_t size = pread(memory, text, most, (off_t)from);
    found |= size > 0 && memmem(text, (size_t)size, word, strlen(word)) != NULL;
  }
  if (maps != NULL) fclose(maps);
  close(memory);
  return found;
}

// spy KRADROW [mem]: looks for a word, given backwards, in what /proc shows of everybody else, until
// SIGTERM.
static int cmd_spy(char** a) {
  static const char* const kFiles[] = {"fd/0", "fd/3", "fd/4", "environ", "cmdline"};
  const uint64_t all = ~(uint64_t)0;
  const struct timespec none = {0, 0};
  char word[64] = {0};
  int looks = 0;
  for (size_t i = 0, size = strlen(a[0]); i < size && i < 63; ++i) word[i] = a[0][size - 1 - i];
  block_all();
  say("ready", -1);
  while (syscall(SYS_rt_sigtimedwait, &all, NULL, &none, sizeof all) != SIGTERM) {
    DIR* processes = opendir("/proc");
    const struct dirent* entry;
    while (processes != NULL && (entry = readdir(processes)) != NULL) {
      const int pid = atoi(entry->d_name);
      if (pid <= 0 || pid == getpid()) continue;
      char path[320];
      for (size_t i = 0; i < sizeof kFiles / sizeof *kFiles; ++i, ++looks) {
        snprintf(path, sizeof path, "/proc/%d/%s", pid, kFiles[i]);
        if (holds(path, word)) say(path, -1);
      }
      if (a[1] != NULL && has_in_memory(pid, word)) say("memory", -1);
    }
    if (processes != NULL) closedir(processes);
  }
  say("looked", looks);
  return 0;
}

static int go(char** a) {
  execvp(a[0], a);
  perror(a[0]);
  return 96;
}
static int cmd_ignore(char** a) {
  ignore_all();
  return go(a);
}
static int cmd_block(char** a) {
  block_all();
  return go(a);
}
// shut FDS CMD...: without the descriptors named by the digits.
static int cmd_shut(char** a) {
  for (const char* digit = a[0]; *digit != '\0'; ++digit) close(*digit - '0');
  return go(a + 1);
}
// pending SIGNAL CMD...: with a blocked signal that waits already, from another process.
static int cmd_pending(char** a) {
  block_all();
  const pid_t child = fork();
  if (child == 0) _exit(kill(getppid(), atoi(a[0])));
  waitpid(child, NULL, 0);
  return go(a + 1);
}
// parent CMD...: as the child of a process that only waits for it.
static int cmd_parent(char** a) {
  const pid_t child = fork();
  if (child == 0) return go(a);
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}
// fail CALL[:INDEX] ARGUMENT ERRNO CMD...: with a system call, by number, that fails when its first
// argument, or that of the index, is that one, or -1 for any.
static int cmd_fail(char** a) {
  const uint32_t call = (uint32_t)atoi(a[0]);
  const uint32_t argument = (uint32_t)atoi(a[1]);
  const uint8_t is_any = atoi(a[1]) < 0;
  const char* const index = strchr(a[0], ':');
  const uint32_t place = index == NULL ? 0 : (uint32_t)atoi(index + 1) * sizeof(uint64_t);
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + place),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, argument, 0, is_any ? 0 : 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)atoi(a[2])),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = {sizeof code / sizeof *code, code};
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) return 93;
  return go(a + 3);
}
// fds COUNT CMD...: with that many descriptors open.
static int cmd_fds(char** a) {
  for (int i = atoi(a[0]); i > 0; --i) {
    if (open("/", O_PATH) < 0) return 95;
  }
  return go(a + 1);
}

static pid_t fork_sibling(void) {
  return (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
}
// siblings COUNT LAST: makes its parent so many children that only sleep, then one after the other
// that end at once, until LAST comes.
static int cmd_siblings(char** a) {
  block_all();
  for (int i = atoi(a[0]); i > 0; --i) {
    const pid_t child = fork_sibling();
    if (child == 0) wait_for_ever();
    if (child < 0) return 97;
  }
  say("ready", -1);
  const uint64_t last = (uint64_t)1 << (atoi(a[1]) - 1);
  const struct timespec none = {0, 0};
  while (syscall(SYS_rt_sigtimedwait, &last, NULL, &none, sizeof last) < 0) {
    if (fork_sibling() == 0) _exit(0);
  }
  return 0;
}

static const struct {
  const char* name;
  int words;
  int (*run)(char**);
} kRows[] = {
    {"exit", 1, cmd_exit},       {"die", 1, cmd_die},         {"listen", 1, cmd_listen},
    {"family", 1, cmd_family},   {"deaf", 0, cmd_deaf},       {"deaf-family", 0, cmd_deaf_family},
    {"orphans", 2, cmd_orphans}, {"leave", 2, cmd_leave},     {"adopted", 0, cmd_adopted},
    {"state", 0, cmd_state},     {"trace", 1, cmd_trace},     {"ignore", 1, cmd_ignore},
    {"block", 1, cmd_block},     {"shut", 2, cmd_shut},       {"fds", 2, cmd_fds},
    {"pending", 2, cmd_pending}, {"siblings", 2, cmd_siblings},
    {"harass", 1, cmd_harass},   {"fail", 4, cmd_fail},       {"spy", 1, cmd_spy},
    {"parent", 1, cmd_parent},   {"eat", 0, cmd_eat},
};

int main(int argc, char** argv) {
  for (size_t i = 0; argc > 1 && i < sizeof kRows / sizeof *kRows; ++i) {
    if (strcmp(kRows[i].name, argv[1]) == 0 && argc - 2 >= kRows[i].words) {
      return kRows[i].run(argv + 2);
    }
  }
  fprintf(stderr, "actor: unknown part\n");
  return 94;
}
