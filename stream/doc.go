// Package stream reads the streams of a Mastra server: bytes become events, events
// become chunks, chunks have typed payloads.
package stream
