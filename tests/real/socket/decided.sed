# What the simulator does otherwise by decision, see sim/ipc/socket.h: POSIX's ENOTCONN, where Linux says EPIPE.
s/^C send fresh x EPIPE$/C send fresh x ENOTCONN/
