// Package importer is the job itself: it reads the rows of a table, maps them
// to submissions, sends each of them once, and records in the ledger how it
// ended.
//
// It is not the place for what a cell means (package mapping), how a file is
// read (package table), what the API looks like (package vitec) or what a
// person is told (the command and package reports).
//
// # The promise
//
// Every row ends in exactly one outcome that can be trusted; no participant is
// booked twice; what cannot be known is said to be uncertain, never guessed.
// Three things keep it:
//
//   - The order wait, begin, send, finish. A row that waits for its turn is not
//     in doubt when the program dies; a row whose request may have left has a
//     durable begin in the ledger; a row that is reported has a durable outcome.
//   - One function that turns the end of a call into an outcome, and that takes
//     for unprocessed only what provably is. Nothing else is ever sent again.
//   - The plan. Everything that can be known without the network is known
//     before the first request: problems, twins within the file, and people
//     whom an earlier run has booked or may have booked. The plan is made in
//     the transaction that records the run, so that both exist or neither, and
//     the input is read a second time for sending, row by row against the plan.
package importer
