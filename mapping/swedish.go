package mapping

// swedish is every message in Swedish. Words of the mapping language (as:
// text) and the names of fields stay as they are.
var swedish = map[string]wording{
	// converters
	"lost_digits":          {"numret har förlorat sina sista siffror", "kalkylprogrammet har kortat av det; formatera kolumnen som text och fyll i numret igen"},
	"phone":                {"inget telefonnummer", "kontrollera numret, eller skicka det som det är med as: text"},
	"phone_letters":        {"inget telefonnummer: det innehåller bokstäver", "låt bara numret stå kvar, eller ta bort orden med replace"},
	"phone_prefix":         {"inget telefonnummer: det börjar varken med 0 eller +", "lägg till riktnumret, eller + och landsnumret; om kalkylprogrammet har tagit bort den första nollan, formatera kolumnen som text"},
	"many_phones":          {"mer än ett telefonnummer", "låt ett nummer stå kvar i den här kolumnen"},
	"personnummer":         {"inget personnummer", "skriv ÅÅÅÅMMDD-NNNN; använd as: text för utländska nummer"},
	"personnummer_length":  {"inget personnummer: det har {0} siffror, inte 10 eller 12", "om inledande nollor har försvunnit, formatera kolumnen som text och fyll i numret igen"},
	"personnummer_check":   {"inget personnummer: kontrollsiffran stämmer inte", "ett felaktigt nummer skulle skriva över någon annans uppgifter; kontrollera det"},
	"personnummer_date":    {"inget personnummer: det börjar inte med ett födelsedatum", "skriv ÅÅÅÅMMDD-NNNN; använd as: text för utländska nummer"},
	"personnummer_century": {"personnumret läses som ett barns", "skriv årtalet med fyra siffror om personen är hundra år äldre"},
	"date":                 {"inget datum (ska vara {0})", "ange med layout hur datumen är skrivna"},
	"date_range":           {"datumets år ligger inte mellan 1900 och 2100", ""},
	"time_missing":         {"tiden finns inte: klockorna i {0} hoppade över den", "skriv tiden med dess avvikelse från UTC, eller rätta den"},
	"time_twice":           {"tiden är inte entydig: klockorna i {0} visade den två gånger", "skriv tiden med dess avvikelse från UTC"},
	"boolean":              {"varken ja eller nej", "ja, j, yes, y, sant, true, 1, x; nej, n, no, falskt, false, 0; andra ord med en lookup"},
	"integer":              {"inget heltal", ""},
	"decimal":              {"inget tal", "skriv siffror med ett decimalkomma eller en decimalpunkt"},
	"number_range":         {"talet är för stort", ""},
	"choice":               {"inget av de tillåtna värdena", "tillåtna: {0}"},
	"email":                {"ingen e-postadress", ""},
	"many_emails":          {"mer än en e-postadress", "låt en stå kvar här och flytta den andra till emailAddress2"},
	"country":              {"inget land", "skriv en landskod som SE, eller ett namn som Sverige eller Sweden"},
	"zip":                  {"inget svenskt postnummer", "skriv NNN NN, koppla en kolumn till countryCode, eller skicka det som det är med as: text"},
	"name":                 {"inget namn som går att dela upp", "skriv Förnamn Efternamn, eller Efternamn, Förnamn"},
	"two_people":           {"mer än en person", "ge varje person en egen rad"},

	// rules of the mapping
	"empty":    {"cellen är tom", "mappningen kräver ett värde här (empty: error)"},
	"lookup":   {"värdet finns inte i uppslagstabellen", "den innehåller {0}"},
	"computed": {"uttrycket ger ingen text för den här raden", ""},
	"internal": {"värdet passar inte i sitt fält", "det här är ett fel i programmet"},

	// rules of the API
	"required":          {"ett värde saknas", ""},
	"no_contact":        {"varken e-postadress eller telefonnummer", "servern kräver något av email.emailAddress, telePhone, workPhone och cellPhone"},
	"too_long":          {"för långt: {1} tecken, högst {0}", ""},
	"bad_id":            {"inget id", `ett id är inte tomt, har inga blanksteg i början eller slutet och inget av / \ ? # % & * : < >`},
	"customer_mismatch": {"inte samma customerId som i adressen", "ta bort updatePerson.customerId ur mappningen"},
	"negative":          {"talet är negativt", ""},
	"out_of_range":      {"talet är större än vad servern troligen tar emot", ""},
	"unknown_value":     {"ett värde som servern inte säkert känner till", "kända: {0}"},
	"not_said":          {"fältet är utelämnat, och vad som då gäller är okänt", ""},
	"bad_text":          {"texten innehåller byte som inte är några tecken", ""},
	"control":           {"texten innehåller ett tecken som XML inte kan bära", ""},

	// any other code
	unworded: {"värdet godtas inte ({0})", ""},
}
