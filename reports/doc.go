// Package reports writes what became of a run's rows, so that a person can see
// it in ten seconds and another program can rely on it.
//
// A report is a pure function of what the ledger knows of the run and of the
// input file: it can be written again at any time, after a crash and after a
// resolve, and says the same. The package sends nothing, decides nothing and
// remembers nothing.
//
// It keeps four rules:
//
//   - Conservation. Every input row has one line in report.csv, in input order,
//     and the lines are as many as the outcomes add up to. Anything else is an
//     error, and no report.
//   - Whole or absent. The folder of a report appears under its name with all
//     its files, safe on the disk, or not at all. What a person has changed in
//     an earlier one is kept.
//   - Nothing is guessed. If the input file is gone or is no longer what the
//     run read, the report says so, names nobody and offers no corrections.
//   - One source. What the terminal and the files tell comes from one [Summary].
//
// # Files
//
//	report.csv       every row in input order; for programs (see [Line])
//	report.xlsx      the same for people, with a summary and the causes
//	report.html      the same for a browser; needs nothing but itself
//	summary.json     the run in one object; for programs
//	corrections.*    the rejected and invalid rows in the input's own format,
//	                 to be mended and run again
//	uncertain.csv    the uncertain rows, to be filled in and given to resolve
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
// of corrections.xlsx are texts of the input's own characters. A cell that could
// not be read, such as an error or a formula without a result, is #N/A there: it
// refuses its row until it is filled in. No formula is written.
package reports
