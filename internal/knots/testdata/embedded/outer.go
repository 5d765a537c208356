package embedded

type outer struct{ base }
