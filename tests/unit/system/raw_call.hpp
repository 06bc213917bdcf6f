// The system call itself, past every function that this program puts in the C library's place.
#pragma once

#include <cerrno>
#include <type_traits>

namespace seam {

/// What the kernel answers: below zero it is -errno.
inline long raw_call(long number, long a, long b, long c, long d, long e, long f) noexcept {
#if defined(__x86_64__)
  long result = number;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 asm("x8") = number;
  register long x0 asm("x0") = a;
  register long x1 asm("x1") = b;
  register long x2 asm("x2") = c;
  register long x3 asm("x3") = d;
  register long x4 asm("x4") = e;
  register long x5 asm("x5") = f;
  asm volatile("svc 0"
               : "+r"(x0)
               : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
               : "memory");
  return x0;
#else
#error "the tests of the fake system know x86_64 and aarch64"
#endif
}

template <class T>
long as_word(T value) noexcept {
  if constexpr (std::is_pointer_v<T> || std::is_null_pointer_v<T>) {
    return reinterpret_cast<long>(static_cast<const volatile void*>(value));
  } else {
    return static_cast<long>(value);
  }
}

/// As the C library has it: -1, with errno set, for a failure.
template <class... Arguments>
long real(long number, Arguments... arguments) noexcept {
  static_assert(sizeof...(Arguments) <= 6);
  const long words[6] = {as_word(arguments)...};
  const long result = raw_call(number, words[0], words[1], words[2], words[3], words[4], words[5]);
  if (result >= 0 || result < -4095) return result;
  errno = static_cast<int>(-result);
  return -1;
}

}  // namespace seam
