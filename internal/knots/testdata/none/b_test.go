package none

func testB() { testA() }
