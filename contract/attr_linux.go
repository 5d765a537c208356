package contract

import "syscall"

// dieWithParent makes a process end when the thread that started it does, so that
// a suite that is killed leaves no server behind.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
