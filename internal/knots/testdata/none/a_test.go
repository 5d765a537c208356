package none

func testA() { testB() }
