// service.c - an example of a static program: answers each HTTP request on PORT with 200 and "ok".
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static const char kAnswer[] =
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";

static void stop(int signal_number) {
  (void)signal_number;
  _exit(0);
}

static int fail(const char* what) {
  perror(what);
  return 1;
}

// A client that sends nothing is dropped after a second, so that it does not block the others.
static void answer(int client) {
  const struct timeval patience = {.tv_sec = 1};
  char request[4096];
  setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (read(client, request, sizeof request) > 0) {
    if (send(client, kAnswer, sizeof kAnswer - 1, MSG_NOSIGNAL) < 0) perror("service: send");
  }
  shutdown(client, SHUT_WR);
  close(client);
}

int main(void) {
  const char* port = getenv("PORT");
  const int yes = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port ? atoi(port) : 8080)};
  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGTERM, &action, NULL);
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) return fail("service: socket");
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (struct sockaddr*)&address, sizeof address) < 0) return fail("service: bind");
  if (listen(listener, 64) < 0) return fail("service: listen");
  for (;;) {
    const int client = accept(listener, NULL, NULL);
    if (client >= 0) answer(client);
  }
}
