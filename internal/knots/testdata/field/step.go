package field

func step() { drain() }

func current() *run { return &run{} }
