package field

func drain() { current().left-- }
