/* Faults of the system below the program, preloaded into it (LD_PRELOAD).
 *
 * Every call that changes a file of the folder FAULT_FOLDER is counted from 1 on: opening for writing, write, pwrite,
 * ftruncate, fallocate, fsync, fdatasync, rename, unlink. The environment says what becomes of them:
 *
 *   FAULT_LOG=FILE     appends a line `number operation bytes name` for every call before it is made
 *   FAULT=kill:K       SIGKILL in the place of call K
 *   FAULT=tear:K       SIGKILL after the first half of the bytes of call K
 *   FAULT=ERRNO:K      call K fails with this number
 *   FAULT=ERRNO:K+     call K and all that follow fail; a write K does the first half of its bytes, as a disk that fills
 *   FAULT_LOCK=ERRNO   every flock fails
 *   FAULT_CLOCK=BACK   every look at a clock finds it 1 s (monotonic) or 1000 s (wall) further in the past
 *   FAULT_PROCESSOR=PLAIN   the instruction cpuid denies AVX, FMA and what builds on them
 *
 * Where nothing is said the calls go through as they are.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum mode { NONE, KILL, TEAR, ONCE, FROM };

static enum mode mode = NONE;
static int number = 0;
static long place = 0;
static int lock_error = 0;
static int clock_back = 0;
static int log_file = -1;
static char folder[PATH_MAX] = "";
static atomic_long counter = 0;
static atomic_long looks = 0;

static void mask_processor(void);

__attribute__((constructor)) static void read_environment(void) {
    const char *value;
    if ((value = getenv("FAULT_FOLDER"))) snprintf(folder, sizeof folder, "%s", value);
    if ((value = getenv("FAULT_LOG"))) log_file = syscall(SYS_openat, AT_FDCWD, value, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if ((value = getenv("FAULT_LOCK"))) lock_error = atoi(value);
    clock_back = getenv("FAULT_CLOCK") != NULL;
    if ((value = getenv("FAULT"))) {
        const char *colon = strchr(value, ':');
        place = atol(colon + 1);
        if (value[0] == 'k') mode = KILL;
        else if (value[0] == 't') mode = TEAR;
        else {
            number = atoi(value);
            mode = strchr(colon, '+') ? FROM : ONCE;
        }
    }
    if (getenv("FAULT_PROCESSOR")) mask_processor();
}

static int is_ours(const char *name) {
    return folder[0] && (name[0] != '/' || strncmp(name, folder, strlen(folder)) == 0);
}

static int name_of(int descriptor, char *name) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, name, PATH_MAX - 1);
    if (length <= 0) return 0;
    name[length] = 0;
    return name[0] == '/' && is_ours(name);
}

/* Whether the call fails. `*bytes` is what it would write, and what of it is to be written all the same. */
static int fails(const char *operation, const char *name, size_t *bytes) {
    long now = atomic_fetch_add(&counter, 1) + 1;
    if (log_file >= 0) {
        char line[PATH_MAX + 64];
        const char *last = strrchr(name, '/');
        int length = snprintf(line, sizeof line, "%ld %s %zu %s\n", now, operation, *bytes, last ? last + 1 : name);
        syscall(SYS_write, log_file, line, length);
    }
    switch (mode) {
    case KILL:
        if (now == place) kill(getpid(), SIGKILL);
        return 0;
    case TEAR:
        if (now == place) *bytes /= 2;
        return 0;
    case ONCE:
        if (now != place) return 0;
        break;
    case FROM:
        if (now < place) return 0;
        /* A full disk still lets files be removed. */
        if (number == ENOSPC && strcmp(operation, "unlink") == 0) return 0;
        if (now == place && *bytes > 1) {
            *bytes /= 2;
            return 0;
        }
        break;
    case NONE:
        return 0;
    }
    errno = number;
    return 1;
}

static void tear(void) {
    if (mode == TEAR && atomic_load(&counter) >= place) kill(getpid(), SIGKILL);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int fd_fails(const char *operation, int descriptor, size_t *bytes) {
    char name[PATH_MAX];
    return name_of(descriptor, name) && fails(operation, name, bytes);
}

ssize_t write(int descriptor, const void *data, size_t bytes) {
    if (fd_fails("write", descriptor, &bytes)) return -1;
    ssize_t done = syscall(SYS_write, descriptor, data, bytes);
    tear();
    return done;
}

ssize_t pwrite64(int descriptor, const void *data, size_t bytes, off64_t offset) {
    if (fd_fails("pwrite", descriptor, &bytes)) return -1;
    ssize_t done = syscall(SYS_pwrite64, descriptor, data, bytes, offset);
    tear();
    return done;
}

ssize_t pwrite(int descriptor, const void *data, size_t bytes, off_t offset) {
    return pwrite64(descriptor, data, bytes, offset);
}

#define ON_DESCRIPTOR(name, parameters, call)                      \
    int name parameters {                                          \
        size_t none = 0;                                           \
        if (fd_fails(#name, descriptor, &none)) return -1;         \
        int done = NEXT(name) call;                                \
        tear();                                                    \
        return done;                                               \
    }

ON_DESCRIPTOR(fsync, (int descriptor), (descriptor))
ON_DESCRIPTOR(fdatasync, (int descriptor), (descriptor))
ON_DESCRIPTOR(ftruncate, (int descriptor, off_t length), (descriptor, length))
ON_DESCRIPTOR(ftruncate64, (int descriptor, off64_t length), (descriptor, length))
ON_DESCRIPTOR(fallocate, (int descriptor, int how, off_t from, off_t length), (descriptor, how, from, length))
ON_DESCRIPTOR(fallocate64, (int descriptor, int how, off64_t from, off64_t length), (descriptor, how, from, length))

int rename(const char *from, const char *to) {
    size_t none = 0;
    if (is_ours(to) && fails("rename", to, &none)) return -1;
    int done = NEXT(rename)(from, to);
    tear();
    return done;
}

int unlink(const char *name) {
    size_t none = 0;
    if (is_ours(name) && fails("unlink", name, &none)) return -1;
    int done = NEXT(unlink)(name);
    tear();
    return done;
}

static int opened(const char *name, int flags, mode_t rights) {
    size_t none = 0;
    int writes = (flags & O_ACCMODE) != O_RDONLY && (flags & (O_CREAT | O_TRUNC));
    if (writes && is_ours(name) && fails("open", name, &none)) return -1;
    int done = syscall(SYS_openat, AT_FDCWD, name, flags, rights);
    if (writes) tear();
    return done;
}

#define OPEN(function)                                  \
    int function(const char *name, int flags, ...) {    \
        va_list rest;                                   \
        va_start(rest, flags);                          \
        mode_t rights = va_arg(rest, mode_t);           \
        va_end(rest);                                   \
        return opened(name, flags, rights);             \
    }

OPEN(open)
OPEN(open64)

int flock(int descriptor, int operation) {
    if (lock_error) {
        errno = lock_error;
        return -1;
    }
    return syscall(SYS_flock, descriptor, operation);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int done = syscall(SYS_clock_gettime, clock, time);
    if (clock_back && done == 0) {
        long step = clock == CLOCK_REALTIME ? 1000 : 1;
        time->tv_sec -= step * (atomic_fetch_add(&looks, 1) + 1);
        if (time->tv_sec < 0) time->tv_sec = 0;
    }
    return done;
}

#if defined(__x86_64__)
#include <cpuid.h>

/* From asm/prctl.h, which older systems do not have it in. */
#define ARCH_CPUID_SET 0x1012

/* The instruction has been made to fault: it is carried out here, less the bits of the wide vectors. */
static void on_fault(int signal_number, siginfo_t *information, void *context) {
    (void)information;
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    const unsigned char *code = (const unsigned char *)registers[REG_RIP];
    if (code[0] != 0x0f || code[1] != 0xa2) {
        signal(signal_number, SIG_DFL);
        return;
    }
    unsigned leaf = registers[REG_RAX], part = registers[REG_RCX], a, b, c, d;
    syscall(SYS_arch_prctl, ARCH_CPUID_SET, 1);
    __cpuid_count(leaf, part, a, b, c, d);
    syscall(SYS_arch_prctl, ARCH_CPUID_SET, 0);
    if (leaf == 1) c &= ~(bit_AVX | bit_FMA | bit_F16C | bit_OSXSAVE | bit_XSAVE);
    if (leaf == 7) b = c = d = 0;
    registers[REG_RAX] = a;
    registers[REG_RBX] = b;
    registers[REG_RCX] = c;
    registers[REG_RDX] = d;
    registers[REG_RIP] += 2;
}

static void mask_processor(void) {
    struct sigaction action = {0};
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigaction(SIGSEGV, &action, NULL);
    if (syscall(SYS_arch_prctl, ARCH_CPUID_SET, 0) != 0) {
        dprintf(2, "cpuid cannot be masked here: %s\n", strerror(errno));
        _exit(77);
    }
}
#else
static void mask_processor(void) {
    dprintf(2, "cpuid cannot be masked on this processor\n");
    _exit(77);
}
#endif
