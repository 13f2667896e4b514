/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a call of a communication model can fail with.  A call returns a number >= 0, or
 * the negative of one of these.  Names are those of errno where POSIX has them. */
#pragma once

#define IPC_ERRORS(X) \
    X(EADDRINUSE) X(EAFNOSUPPORT) X(EAGAIN) X(EALREADY) X(EBADF) X(ECONNABORTED) X(ECONNREFUSED) X(ECONNRESET) \
    X(EDEADLK) X(EDESTADDRREQ) X(EEXIST) X(EFSM) X(EHOSTUNREACH) X(EINPROGRESS) X(EINTR) X(EINVAL) X(EISCONN) \
    X(EMFILE) X(EMSGSIZE) X(ENETUNREACH) X(ENOBUFS) X(ENODEV) X(ENOENT) X(ENOTCONN) X(ENOTSOCK) X(ENOTSUP) \
    X(EPERM) X(EPIPE) X(EPROTO) X(EPROTONOSUPPORT) X(ETERM) X(ETIMEDOUT)

typedef enum {
    IPC_OK,
#define IPC_ERROR_NAME(name) IPC_##name,
    IPC_ERRORS(IPC_ERROR_NAME)
#undef IPC_ERROR_NAME
    IPC_ERROR_COUNT
} IpcError;

/* "ECONNREFUSED" of IPC_ECONNREFUSED or of its negative; "OK" of anything >= IPC_ERROR_COUNT and of 0. */
const char *ipc_error_name(int error);
