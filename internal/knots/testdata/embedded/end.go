package embedded

func end(o *outer) {
	if o.open {
		o.close()
	}
}
