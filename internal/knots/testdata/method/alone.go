package method

func enter() { new(door).swing() }
