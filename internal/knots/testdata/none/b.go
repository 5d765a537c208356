package none

func b() int { return c }
