// Package embedded has a type whose members are used through another one that
// embeds it.
package embedded

type base struct{ open bool }

func (b *base) close() { end(nil) }
