// Package mapping turns the rows of a spreadsheet into requests, by the rules
// of a mapping file.
//
// It knows the mapping's language, the columns of a header and the fields of
// the request. It knows nothing of files: the caller brings the text, the
// header and the cells. And it decides nothing by likeness: a column is mapped
// because the file names it, and what merely looks similar is only suggested.
//
// The invariant: a row either becomes a submission in which every cell that
// the mapping names is either converted without loss or empty, or it has a
// problem that says which cell is to blame. A mapping with a mistake maps no
// row at all.
//
// # The file
//
// A mapping is one YAML document, in UTF-8. It mirrors the request: what
// stands under participant are the fields of the body, under the names of the
// API's specification.
//
//	version: 1
//	target:
//	  customerId: {value: M11385}
//	  viewingId: Visning
//	  timeSlotId: {column: Tid, lookup: slots}
//	participant:
//	  updatePerson:
//	    firstName: Förnamn
//	    lastName: Efternamn
//	    email: {emailAddress: [E-post, Epost]}
//	    cellPhone: Mobil
//	  participated: {value: false}
//	lookups:
//	  slots: {"18:00": TS-1, "18:30": TS-2}
//	input: {sheet: Deltagare, headerRow: 4}
//
// Its keys are
//
//	version       1
//	input         sheet, headerRow, encoding, delimiter: only where detection is not enough
//	target        customerId, viewingId, timeSlotId: all three are needed
//	participant   the fields of the request's body
//	lookups       named tables
//	skip          rows to leave out
//
// The delimiter is a character, or comma, semicolon, tab or pipe.
//
// The file is read strictly. An unknown or repeated key, a value of the wrong
// kind, a converter that does not suit its field, a column that the header
// does not have: each is a mistake, and all of them are told at once, with
// their places. YAML's anchors (&), aliases (*), merge keys (<<), tags (!) and
// second documents are no part of the language. A text is a text however YAML
// would read it: 0701740605 keeps its zero and "no" is a word.
//
// # Where a value comes from
//
// In the examples the comment says what a row holds and what comes of it.
//
// A text names a column. The name is compared without regard to letter case,
// to spaces at its ends and to characters that cannot be seen; an exact match
// wins.
//
//	firstName: Förnamn                                       # Förnamn="Anna": Anna
//
// A list names several, of which the first that the header has is read.
//
//	emailAddress: [E-post, Epost]                            # Epost="anna@example.com": anna@example.com
//
// Everything else is said in a block, with one of column, value, join and
// computed. A constant is the same for every row.
//
//	obtainThrough: {value: Visit}                            # : Visit
//	participated: {value: false}                             # : false
//	categoryIds: {value: [KAT1, KAT2]}                       # : KAT1, KAT2
//
// join puts the filled cells of several columns together, with separator
// (a space, if it is silent) between them.
//
//	note: {join: [Ort, Kommentar], separator: ", "}          # Ort="Umeå" Kommentar="ringer": Umeå, ringer
//	firstName: {join: [Tilltalsnamn, Mellannamn]}            # Tilltalsnamn="Anna" Mellannamn="": Anna
//
// computed is for what nothing else can say: an expression that makes a text.
// It has the functions column("Name"), upper, lower, title, trim, len,
// replace(text, from, to), part(text, separator, n), left(text, n) and
// right(text, n); the operators + == != < > <= >= and or not contains
// startsWith endsWith matches; and condition ? yes : no. It has no loops, no
// clock and no way out, so that it always ends and always gives the same.
//
//	note: {computed: 'column("Antal") == "1" ? "kommer ensam" : "kommer " + column("Antal")'}  # Antal="2": kommer 2
//
// # What is done to it
//
// These keys work in this order: split, replace, then lookup or the converter.
//
// split takes a person's name apart (first, last; "Last, First" is understood,
// and so are particles), or an address (street, zip, city; without a postal
// code and a city in it all of it is the street), or takes a part between
// separators, counted from 1, or from -1 at the end.
//
//	firstName: {column: Namn, split: first}                  # Namn="Anna Maria von Essen": Anna Maria
//	lastName: {column: Namn, split: last}                    # Namn="Anna Maria von Essen": von Essen
//	lastName: {column: Deltagare, split: last}               # Deltagare="Ek, Anna": Ek
//	streetAddress: {column: Adress, split: street}           # Adress="Storgatan 1 B, 903 25 Umeå": Storgatan 1 B
//	streetAddress: {column: Adress, split: street}           # Adress="Storgatan 1 B": Storgatan 1 B
//	zipCode: {column: Adress, split: zip}                    # Adress="Storgatan 1 B, 903 25 Umeå": 903 25
//	city: {column: Postadress, split: city}                  # Postadress="194 61 Upplands Väsby": Upplands Väsby
//	city: {column: Adress, split: {separator: ",", part: -1}}  # Adress="Storgatan 1, Umeå": Umeå
//
// A field that takes a list splits its cell at commas, semicolons, bars and
// line breaks, or at the separator that is said.
//
//	categoryIds: Kategorier                                  # Kategorier="KAT1, KAT2": KAT1, KAT2
//	categoryIds: {column: Grupper, split: "/"}               # Grupper="KAT1/KAT2": KAT1, KAT2
//	categoryIds: {join: [Intresse, Område]}                  # Intresse="KAT1, KAT2" Område="KAT3": KAT1, KAT2, KAT3
//	categoryIds: {column: Intresse, lookup: {kök: KAT1, utsikt: KAT2}}  # Intresse="Kök, utsikt": KAT1, KAT2
//
// replace changes texts, in the order in which they stand.
//
//	cellPhone: {column: Mobil, replace: {"Tel:": ""}}        # Mobil="Tel: 070-174 06 05": 0701740605
//
// lookup exchanges the text for what a table says, in letters of any case; the
// table is named, or stands there itself. A text that the table does not have
// is a problem, unless otherwise says what is sent then ("" for nothing). Of a
// list each text is looked up.
//
//	obtainThrough: {column: Källa, lookup: {visning: Visit, telefon: Phone}}                  # Källa="Visning": Visit
//	obtainThrough: {column: Via, lookup: {visning: Visit}, otherwise: Other}                  # Via="kompis": Other
//	wishAdvertising: {column: Reklam, lookup: {gärna: true, helst inte: false}}               # Reklam="Gärna": true
//	obtainThrough: {column: Via, lookup: {visning: Visit}, otherwise: ""}                     # Via="kompis": left out
//	obtainThrough: {column: Hur, lookup: {visning: Visit}}                                    # Hur="kompis": problem lookup
//
// # Empty cells
//
// An empty cell is left out of the request. default sends something instead, and
// empty: error makes it a problem.
//
//	note: Kommentar                                          # Kommentar="": left out
//	participated: {column: Kom, default: false}              # Kom="": false
//	lastName: {column: Efternamn, empty: error}              # Efternamn="": problem empty
//
// # Converters
//
// Each field has its own way to read a cell: phones are read as phones, e-mail
// addresses as such, and so on. as: text turns that off and sends the cell as it
// is; as: date makes a date of a moment, or of a note. Cells are cleaned before:
// Unicode NFC, no invisible characters, no spaces at the ends. A number that a
// spreadsheet has shortened (1,98501E+11) has lost digits and is refused.
//
// text sends the text. Line breaks stay in notes and messages, and are spaces
// elsewhere.
//
//	streetAddress: Gata                                      # Gata=" Storgatan 1 ": Storgatan 1
//
// phone reads one number, Swedish unless it begins with + or 00. A Swedish one
// is sent as the digits that are dialled in Sweden, as an office would write
// it; another in the international form. A mobile number that has lost its
// zero gets it back; two numbers in a cell, letters, and numbers without an
// area code are refused.
//
//	cellPhone: Mobil                                         # Mobil="+46 (0)70-174 06 05": 0701740605
//	cellPhone: Mobil                                         # Mobil="701740605": 0701740605
//	telePhone: Telefon                                       # Telefon="+47 22 12 34 56": +4722123456
//	cellPhone: Mobil                                         # Mobil="070-1740605 / 070-1740606": problem many_phones
//	cellPhone: {column: Mobil, as: text}                     # Mobil="fråga Eva": fråga Eva
//
// personnummer reads a personal or coordination number with ten or twelve
// digits and sends its twelve, without a sign. The date and the check digit
// must be right. Ten digits mean the latest possible century, + the one before
// it. Where isForeignSocialSecurityNumber is true the text is sent as it is;
// other numbers need as: text.
//
//	socialSecurityNumber: Personnummer                       # Personnummer="900602-2397": 199006022397
//	socialSecurityNumber: Personnummer                       # Personnummer="121212+1212": 191212121212
//	socialSecurityNumber: Personnummer                       # Personnummer="900602-2398": problem personnummer_check
//
// date and datetime read dates. layout says how they are written, one way or
// several: YYYY, MM (or M), DD (or D), HH, mm, ss and YY with signs between
// them; MMMM or MMM for the name of the month in Swedish or English, and hh with
// a for am and pm, fm and em. ISO dates are always understood, because that is
// what a date in a workbook comes as. Times are Swedish. A date becomes the first moment of that
// day; date drops a time of day, datetime keeps it. A time that the clocks
// skipped or showed twice is a problem.
//
//	gdprApprovalDate: {column: Informerad, layout: D/M YYYY}                                  # Informerad="4/3 2026": 2026-03-04T00:00:00+01:00
//	gdprApprovalDate: {column: Informerad, layout: D MMMM YYYY}                               # Informerad="1 oktober 2026": 2026-10-01T00:00:00+02:00
//	gdprApprovalDate: {column: Informerad, layout: "MMM D, YYYY hh:mm a"}                     # Informerad="Oct 1, 2026 9:12 PM": 2026-10-01T21:12:00+02:00
//	gdprApprovalDate: {column: Informerad, layout: [DD.MM.YYYY, YYMMDD]}                      # Informerad="260304": 2026-03-04T00:00:00+01:00
//	approvalDate: Datum                                      # Datum="2026-03-29 02:30": problem time_missing
//	approvalDate: Datum                                      # Datum="31.02.2026": problem date
//
// boolean knows ja, j, yes, y, sant, true, 1, x, ✓ and nej, n, no, falskt,
// false, 0, in letters of any case. Other words need a lookup. An empty cell
// is left out; where it means no, write default: false.
//
//	participated: Närvaro                                    # Närvaro="x": true
//	participated: Närvaro                                    # Närvaro="FALSKT": false
//	participated: Närvaro                                    # Närvaro="kanske": problem boolean
//
// integer and decimal read numbers; a decimal has one comma or point. Spaces
// may group thousands.
//
//	reminderTime: Påminnelse                                 # Påminnelse="1 440": 1440
//	longitud: Longitud                                       # Longitud="18,063": 18.063
//
// list is split, as above. email reads one address.
//
//	emailAddress: E-post                                     # E-post="anna@example": problem email
//
// country reads a code, or a name in Swedish or English, and sends the code of
// two letters. zip sends a Swedish postal code as NNN NN, where the row's
// country is Sweden or empty, and others as they are.
//
//	countryCode: Land                                        # Land="Norge": NO
//	zipCode: Postnr                                          # Postnr="90325": 903 25
//	zipCode: Postnr                                          # Postnr="9032": problem zip
//
// # Rows to leave out
//
// skip lists conditions, of which one is enough; the report gives the reason.
// Where the rule has none it gives the condition.
//
//	skip:
//	  - {column: Status, is: [Avbokad, Struken], reason: avbokad}
//	  - {column: Förnamn, filled: false}
//
// One condition needs no list.
//
//	skip: {column: Status, is: [Avbokad, Struken], reason: avbokad}                           # Status="struken": skipped avbokad
//	skip: [{column: Status, is: Avbokad}, {column: Förnamn, filled: false}]                   # Status="Ny" Förnamn="": skipped "Förnamn" = ""
//	skip: {column: Status, not: Anmäld}                      # Status="anmäld": not skipped
//
// # Several offices
//
// customerId may come from a column like any other field, so that one file may
// hold the rows of several offices.
//
//	customerId: Kontor                                       # Kontor="M11385": M11385
//	customerId: {column: Kontor, lookup: {Umeå: M11385, Luleå: M11386}}                       # Kontor="LULEÅ": M11386
//
// # Constants from outside
//
// [Options].Set overrides single fields by constants, as field=value, where a
// field is named by its path: viewingId=VIS1, updatePerson.obtainThrough=Visit.
// The columns that the overridden fields would need are then not needed.
//
// # Ids that are not known yet
//
// Instead of an id of the address, or in a lookup of such ids, there may be a
// "?": it is still to be filled in. A mapping that has one is refused, with the
// place of each, except for a trial at a server that is a stand-in: there an id
// of its own is made up for each, so that the rest can be tried.
//
// # Proposals
//
// [Survey] looks at a header and its cells, and [Survey.Propose] writes a
// mapping for them. What a heading says is held against what the cells look
// like. What is sure is mapped; what is not is a comment, with the reason.
//
// # What is sent unasked
//
// updatePerson.customerId is the customerId of the address. returnBookingId is
// true, because a booking without an id cannot be trusted. Both options are
// true, so that the server checks places and the last booking time unless the
// mapping says otherwise; a mapping that is silent about them is warned.
// Everything else that the mapping does not name is left out, the flags that
// send messages above all.
package mapping
