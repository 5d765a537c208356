//go:build !linux

package contract

import "syscall"

// dieWithParent asks for nothing on systems that cannot do it.
func dieWithParent() *syscall.SysProcAttr { return nil }
