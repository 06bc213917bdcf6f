#include "fetch/failure.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstring>
#include <string>

using namespace pintle;
using namespace pintle::fetch;

namespace {

std::string said(CURLcode code, const char* text, int reason = 0, bool has_head = false) {
  return failure_of({.code = code,
                     .text = text,
                     .reason = reason,
                     .peer = "[::1]:443",
                     .ca = "/ca.pem",
                     .identity = "/client.pem",
                     .has_head = has_head})
      .message();
}

}  // namespace

TEST_SUITE("fetch/failure") {
  TEST_CASE("what libcurl says is said in our words") {
    struct Row {
      CURLcode code;
      const char* text;
      const char* said;
    };
    const Row rows[] = {
        {CURLE_COULDNT_RESOLVE_HOST, "Could not resolve host: h",
         "cannot look up '[::1]': its name is not known"},
        {CURLE_COULDNT_CONNECT, "Failed to connect to ::1 port 443",
         "cannot connect to '[::1]:443': Connection refused"},
        {CURLE_OPERATION_TIMEDOUT, "Connection timed out after 30000 milliseconds",
         "cannot connect to '[::1]:443': no data for 30s"},
        {CURLE_SSL_CONNECT_ERROR,
         "OpenSSL/3.0.20: error:0A00010B:SSL routines::wrong version number",
         "cannot begin TLS: wrong version number"},
        {CURLE_SSL_CONNECT_ERROR, "OpenSSL SSL_connect: SSL_ERROR_SYSCALL in connection to h:443 ",
         "cannot begin TLS: the connection was cut"},
        {CURLE_PEER_FAILED_VERIFICATION, "SSL certificate problem: certificate has expired",
         "cannot trust the server's certificate: certificate has expired"},
        {CURLE_SSL_CACERT_BADFILE, "error adding trust anchors from file: /ca.pem",
         "cannot use the CA bundle '/ca.pem': there is no certificate in it"},
        {CURLE_RECV_ERROR,
         "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno "
         "0",
         "cannot receive the response: tlsv13 alert certificate required"},
        {CURLE_RECV_ERROR,
         "OpenSSL SSL_read: error:0A000126:SSL routines::unexpected eof while reading, errno 0",
         "cannot use the response: the connection was cut within its head"},
        {CURLE_OK, "", "cannot use the response: the connection was cut within its head"},
        {CURLE_WEIRD_SERVER_REPLY, "Invalid Content-Length: value",
         "cannot use the response: its Content-Length is not a number"},
        {CURLE_UNSUPPORTED_PROTOCOL, "Received HTTP/0.9 when not allowed",
         "cannot use the response: it is not HTTP/1"},
        {CURLE_OUT_OF_MEMORY, "", "cannot use the response: its head is too long"},
        {CURLE_BAD_CONTENT_ENCODING, "a\x1b[31m", "cannot receive the response: a\\x1b[31m"},
    };
    for (const Row& row : rows) {
      CAPTURE(std::string(row.text));
      CHECK(said(row.code, row.text) == std::string(row.said));
    }
  }

  TEST_CASE("an errno says why a connection ended, unless it is of another address") {
    CHECK(said(CURLE_SEND_ERROR, "", ECONNRESET) ==
          "cannot receive the response: Connection reset by peer");
    CHECK(said(CURLE_RECV_ERROR, "", ECONNRESET, true) ==
          "cannot receive the response: Connection reset by peer");
    for (const int other : {ECONNREFUSED, ENETUNREACH, EADDRNOTAVAIL}) {
      CHECK(said(CURLE_RECV_ERROR, "", other, true) ==
            "cannot receive the response: the connection was cut");
      CHECK(said(CURLE_SSL_CONNECT_ERROR, "SSL_ERROR_SYSCALL", other) ==
            "cannot begin TLS: the connection was cut");
    }
    CHECK(said(CURLE_COULDNT_CONNECT, "", ENETUNREACH) ==
          std::string("cannot connect to '[::1]:443': ") + std::strerror(ENETUNREACH));
  }
}
