//go:build circle

package none

const c = 1

var _ = a
