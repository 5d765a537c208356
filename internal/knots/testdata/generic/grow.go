package generic

func grow[T any](l *list[T], item T) { l.items = append(l.items, item) }

func numbers() {
	var l list[int]
	l.push(len(l.items))
}
