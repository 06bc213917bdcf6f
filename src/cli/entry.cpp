#include "cli/entry.hpp"

// rt_sigprocmask(SIG_SETMASK, all, inherited, 8), written for the kernel's own calling convention:
// when it runs, nothing is relocated and no C library is set up, so it may use nothing but the
// stack, the two words below (reached relative to the program counter) and system calls.
extern "C" {
__attribute__((used, visibility("hidden"))) pintle::sys::SignalMask pintle_all_signals =
    pintle::sys::SignalMask::all();
__attribute__((used, visibility("hidden"))) pintle::sys::SignalMask pintle_inherited_mask = {};
}

#if defined(PINTLE_EARLY_ENTRY) && defined(__x86_64__)

asm(R"(
.pushsection .text.pintle_entry,"ax",@progbits
.globl pintle_entry
.hidden pintle_entry
.type pintle_entry,@function
pintle_entry:
    endbr64
    movq %rdx, %r9
    movl $14, %eax
    movl $2, %edi
    leaq pintle_all_signals(%rip), %rsi
    leaq pintle_inherited_mask(%rip), %rdx
    movl $8, %r10d
    syscall
    movq %r9, %rdx
    jmp _start
.size pintle_entry, .-pintle_entry
.popsection
)");

#elif defined(PINTLE_EARLY_ENTRY) && defined(__aarch64__)

asm(R"(
.pushsection .text.pintle_entry,"ax",%progbits
.globl pintle_entry
.hidden pintle_entry
.type pintle_entry,%function
pintle_entry:
    hint #34
    mov x9, x0
    mov x8, #135
    mov x0, #2
    adrp x1, pintle_all_signals
    add x1, x1, :lo12:pintle_all_signals
    adrp x2, pintle_inherited_mask
    add x2, x2, :lo12:pintle_inherited_mask
    mov x3, #8
    svc #0
    mov x0, x9
    b _start
.size pintle_entry, .-pintle_entry
.popsection
)");

#else

namespace {

// The earliest that an ordinary program can have: before the constructors of other files.
__attribute__((constructor(101))) void block_signals() noexcept {
  pintle_inherited_mask = pintle::sys::set_mask(pintle_all_signals);
}

}  // namespace

#endif

namespace pintle::cli {

sys::SignalMask inherited_mask() noexcept {
  return pintle_inherited_mask;
}

}  // namespace pintle::cli
