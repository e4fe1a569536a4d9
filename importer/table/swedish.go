package table

// InSwedish says why a row with this code is refused, and what to do about it.
// It is for those who have kept no more of an [Error] than its code, and does
// not go into the particulars that Reason tells in English. It reports false
// for a code that is not that of a row.
func (c Code) InSwedish() (reason, hint string, ok bool) {
	w, ok := inSwedish[c]
	return w.reason, w.hint, ok
}

// inSwedish has the words of every code of a refused row.
var inSwedish = map[Code]struct{ reason, hint string }{
	CodeStrayQuote:     {"ett citattecken står där det inte kan stå", `sätt cellen inom citattecken och dubblera dem som står inuti den: "" för "`},
	CodeUnclosedQuote:  {"ett citattecken saknas, här eller på en rad ovanför", `avsluta cellen med ett citattecken, eller dubblera dem som står inuti den: "" för "`},
	CodeSwallowedRow:   {"en cell inom citattecken verkar innehålla en egen rad", "se efter om det saknas ett citattecken"},
	CodeOtherDelimiter: {"raden har en annan avgränsare än rubrikraden", "skriv raden som de andra"},
	CodeTooManyCells:   {"en cell är ifylld utanför tabellen: cellerna kan ha förskjutits", "sätt citattecken om den cell som har avgränsaren i sin text, eller flytta cellen som ligger utanför"},
	CodeTooFewCells:    {"raden har för få celler och ser ut att vara bruten i två", "sätt citattecken om den cell som har en radbrytning i sig"},
	CodeInvalidByte:    {"cellen innehåller något som inte är ett tecken i filens teckenkodning", "rätta cellen och spara filen som UTF-8, eller ange en annan teckenkodning med --encoding"},
	CodeControl:        {"cellen innehåller ett styrtecken", "ta bort det"},
	CodeLostDigits:     {"numrets sista siffror gick förlorade när filen sparades", "gör kolumnen bredare och formatera den som text i kalkylprogrammet, fyll i värdena igen och spara"},
	CodeErrorCell:      {"formelns resultat är ett fel", "rätta formeln, eller töm cellen"},
	CodeNoCachedValue:  {"cellen har en formel vars resultat inte sparades", "öppna arbetsboken i ett kalkylprogram, låt det räkna och spara"},
	CodeInvalidCell:    {"cellens värde stämmer inte med dess typ eller format", "formatera cellen på nytt och fyll i värdet igen"},
	CodeInvalidDate:    {"cellen ska vara ett datum men är inget", "fyll i datumet igen, eller formatera cellen som text"},
	CodeCellTooLong:    {"cellen innehåller mer text än en cell rymmer", "korta texten; kanske saknas ett citattecken"},
	CodeBrokenRow:      {"en cell är av annat slag än alla andra i sin kolumn och en annan är tom: raden verkar ha förlorat en cell, eller så har cellerna förskjutits", "se efter på raden i kalkylbladet"},
	CodeFooter:         {"ser ut som en summa eller en anteckning, inte som en rad i tabellen", "ta bort raden, eller fyll i dess celler"},
	CodeRepeatedHeader: {"en rubrikrad mitt bland raderna, eller en rad i en annan tabell", "ta bort rubrikraden; lägg en annan tabell i en egen fil eller ett eget blad"},
}
