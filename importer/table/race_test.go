//go:build race

package table

// raceDetector tells whether the test runs under it, where no time means much.
const raceDetector = true
