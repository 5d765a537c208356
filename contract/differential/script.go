package differential

import (
	"embed"
	"fmt"
)

//go:embed script/*.txt
var scripts embed.FS

// Script gives all scenes, in the order of their names.
func Script() ([]Scene, error) {
	files, err := scripts.ReadDir("script")
	if err != nil {
		return nil, err
	}
	var scenes []Scene
	for _, file := range files {
		data, err := scripts.ReadFile("script/" + file.Name())
		if err != nil {
			return nil, err
		}
		scene, err := Parse(file.Name(), data)
		if err != nil {
			return nil, fmt.Errorf("script: %w", err)
		}
		scenes = append(scenes, scene)
	}
	return scenes, nil
}
