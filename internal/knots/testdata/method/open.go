package method

type gate = door

func (g *gate) open() {}
