// Package reports writes what became of a run's rows, so that a person can see
// it in ten seconds and another program can rely on it.
//
// A report is made of what the ledger knows of the run, of the list, and, where
// that is gone or changed, of what the run's earlier report knows: it can be
// written again at any time, after a crash and after a resolve. The package
// sends nothing and decides nothing. A writer writes one file: it knows an
// io.Writer and a record, and nothing of folders.
//
// It keeps five rules:
//
//   - Conservation. Every input row has one line in report.csv, in input order,
//     and the lines are as many as the outcomes add up to. Anything else is an
//     error, and no report.
//   - Whole or absent. The folder of a report appears under its name with all
//     its files, safe on the disk, or not at all. What a person has changed in
//     an earlier one is kept.
//   - Nothing is guessed, and nothing is forgotten. Names come from a file that
//     is, byte for byte, what the run read, or from its earlier report; where
//     neither is left the report says so and names nobody, and an earlier one
//     that does stays.
//   - A trial cannot be mistaken: folder, banner and words say what it is.
//   - One source. What the terminal and the files tell comes from one [Summary].
//
// # Files
//
//	report.csv       every row in input order; for programs (see [Line])
//	report.xlsx      the same for people, with a summary and the causes
//	report.html      the same for a browser; needs nothing but itself
//	summary.json     the run in one object; for programs
//	corrections.*    the rejected and invalid rows in the input's own format,
//	                 to be corrected and run again
//	uncertain.*      the uncertain rows in the input's format, to be filled in
//	                 and given to resolve
//
// report.csv and summary.json are UTF-8 without a byte order mark and separated
// by commas, since programs read them; people have report.xlsx. uncertain.csv
// is filled in by people: it has a byte order mark and the delimiter of the
// input, or a semicolon, as spreadsheets in Sweden expect it.
//
// # Formulas
//
// No cell of the package's own becomes a formula. In a workbook every text is a
// text by its type. In the CSV files a text that a spreadsheet would take for a
// formula gets an apostrophe in front, see [Inert]; phones and ids are not
// touched. The cells of corrections.csv are the input's own, byte for byte; those
// of corrections.xlsx are texts, as they were read. A row of which that is not
// known to be all stays empty there, and is refused until it is typed in.
package reports
