package contract

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// listens tells whether the process listens at a port of 127.0.0.1. It is not
// known on systems that do not show sockets as Linux does.
func listens(pid, port int) (known, own bool) {
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		return false, false
	}
	inode := listeningInode(table, port)
	links, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil || inode == "" {
		return false, false
	}
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && to == "socket:["+inode+"]" {
			return true, true
		}
	}
	return true, false
}

// listeningInode finds the socket in a table of the form of /proc/net/tcp.
func listeningInode(table []byte, port int) string {
	const localAddress, state, inode = 1, 3, 9
	const listen = "0A"
	for line := range bytes.Lines(table) {
		fields := strings.Fields(string(line))
		if len(fields) > inode && fields[state] == listen && fields[localAddress] == fmt.Sprintf("0100007F:%04X", port) {
			return fields[inode]
		}
	}
	return ""
}
