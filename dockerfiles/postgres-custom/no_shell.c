// no_shell.c - system(3) and popen(3) for an image without a shell. initdb starts the server, and
// the server locale(1), by lines for /bin/sh. Preloaded into initdb, this library splits such a
// line into words and executes the program itself. It knows blanks, '...', "...", < FILE, > FILE
// and 2>&1, which is all that they write. Any other character that a shell acts on is refused with
// exit code 126: nothing is expanded, and no line starts two programs.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_WORDS = 64, MAX_STREAMS = 8, REFUSED = 126 };

static struct {
  FILE* stream;
  pid_t pid;
} streams[MAX_STREAMS];

static void refuse(const char* line, const char* why) {
  dprintf(STDERR_FILENO, "no_shell: %s: %s\n", why, line);
  _exit(REFUSED);
}

// The next word of *rest, without its quotes, written over the line; NULL at the end. *kind is '<'
// or '>' for such a redirection, of which the next word is the file, '2' for 2>&1, and 'w' for a
// word.
static char* next_word(char** rest, const char* line, char* kind) {
  char* from = *rest + strspn(*rest, " \t\n");
  char *word = from, *to = from, quote = '\0';
  *kind = 'w';
  if (*from == '\0') return NULL;
  if (*from == '<' || *from == '>' ||
      (strncmp(from, "2>&1", 4) == 0 && strchr(" \t\n", from[4]) != NULL)) {
    *kind = *from;
    *rest = from + (*from == '2' ? 4 : 1);
    return from;
  }
  for (; *from != '\0' && (quote != '\0' || strchr(" \t\n", *from) == NULL); from++) {
    if (quote == '\0' && (*from == '"' || *from == '\'')) {
      quote = *from;
    } else if (*from == quote) {
      quote = '\0';
    } else {
      if (quote == '"' && strchr("$`\\", *from) != NULL) refuse(line, "cannot expand");
      if (quote == '\0' && strchr("|&;<>()$`\\*?[]{}~#!", *from) != NULL)
        refuse(line, "cannot do this without a shell");
      *to++ = *from;
    }
  }
  if (quote != '\0') refuse(line, "a quote is open");
  *rest = *from == '\0' ? from : from + 1;
  *to = '\0';
  return word;
}

static void redirect(char** rest, const char* line, int flags, int target) {
  char kind, *file = next_word(rest, line, &kind);
  int fd = file == NULL || kind != 'w' ? -1 : open(file, flags, 0600);
  if (fd < 0 || dup2(fd, target) < 0) refuse(line, "cannot redirect");
  close(fd);
}

// Executes the line in place of this process.
static void execute(const char* line) {
  char *words[MAX_WORDS + 1], *copy = strdup(line), *rest = copy, *word, kind;
  int count = 0;
  while (copy != NULL && (word = next_word(&rest, line, &kind)) != NULL) {
    if (kind == '2') {
      dup2(STDOUT_FILENO, STDERR_FILENO);
    } else if (kind == '<') {
      redirect(&rest, line, O_RDONLY, STDIN_FILENO);
    } else if (kind == '>') {
      redirect(&rest, line, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
    } else if (count == MAX_WORDS) {
      refuse(line, "too many words");
    } else {
      words[count++] = word;
    }
  }
  if (count == 0) refuse(line, "no program");
  words[count] = NULL;
  execvp(words[0], words);
  refuse(line, strerror(errno));
}

static int wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return status;
}

int system(const char* line) {
  if (line == NULL) return 0;  // there is no shell
  pid_t pid = fork();
  if (pid == 0) execute(line);
  return pid < 0 ? -1 : wait_for(pid);
}

FILE* popen(const char* line, const char* type) {
  int ends[2], slot = 0, is_read = type[0] == 'r';
  while (slot < MAX_STREAMS && streams[slot].stream != NULL) slot++;
  if (slot == MAX_STREAMS || pipe2(ends, O_CLOEXEC) < 0) return NULL;
  pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[is_read ? 1 : 0], is_read ? STDOUT_FILENO : STDIN_FILENO);
    execute(line);
  }
  close(ends[is_read ? 1 : 0]);
  streams[slot].stream = pid < 0 ? NULL : fdopen(ends[is_read ? 0 : 1], type);
  streams[slot].pid = pid;
  return streams[slot].stream;
}

int pclose(FILE* stream) {
  for (int slot = 0; slot < MAX_STREAMS; slot++) {
    if (streams[slot].stream != stream) continue;
    streams[slot].stream = NULL;
    fclose(stream);
    return wait_for(streams[slot].pid);
  }
  errno = ECHILD;
  return -1;
}
