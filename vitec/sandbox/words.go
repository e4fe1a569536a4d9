package sandbox

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"vitec-import/vitec"
)

// words are the texts of the page in one language: "en" or "sv".
type words string

// phrase is a text in both languages.
type phrase struct{ en, sv string }

// text returns the text of a key.
func (w words) text(key string) string {
	p, ok := phrases[key]
	if !ok {
		panic("there is no text " + key) // the tests ask for every key
	}
	if w == "sv" {
		return p.sv
	}
	return p.en
}

// count returns the text for n things: that of key.one or of key.many.
func (w words) count(key string, n int) string {
	if n == 1 {
		return w.text(key + ".one")
	}
	text := w.text(key + ".many")
	if !strings.Contains(text, "%") { // the number stands beside it
		return text
	}
	return fmt.Sprintf(text, w.number(n))
}

// number writes n with narrow spaces between the thousands, as readers of both
// languages take it.
func (w words) number(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// shortId is an id as it fits into a line: the beginning and the end of a long one.
func (w words) shortId(id string) string {
	if r := []rune(id); len(r) > 16 {
		return string(r[:6]) + "\u2060…\u2060" + string(r[len(r)-4:]) // joined: no line ends there
	}
	return id
}

// clock is a time of the day.
func (w words) clock(t time.Time) string { return t.Local().Format("15:04:05") }

// moment is a time with its day, as both languages can write it.
func (w words) moment(t time.Time) string { return t.Local().Format("2006-01-02 15:04") }

// duration is how long something took.
func (w words) duration(d time.Duration) string {
	var s string
	switch {
	case d < time.Millisecond:
		return "< 1 ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		s = fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	if w == "sv" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// statusName is a status with the name that it has everywhere.
func (w words) statusName(status int) string {
	return strings.TrimSpace(w.statusShort(status) + " " + http.StatusText(status))
}

func (w words) statusShort(status int) string {
	if status == 0 {
		return w.text("status.none")
	}
	return fmt.Sprint(status)
}

// faultDoc is what a fault does. The English is that of [KnownFaults].
func (w words) faultDoc(f FaultInfo) string {
	if w == "sv" {
		return swedishFaults[f.Name]
	}
	return f.Doc
}

// faultWhen explains how a fault is narrowed down.
func (w words) faultWhen() []fact {
	var list []fact
	for _, form := range faultForms {
		list = append(list, fact{Name: form, Value: w.text("when." + form)})
	}
	return list
}

var faultForms = []string{":10%", ":3", ":3+", ":3-7", ":/5", ":x2", ":reused", ":viewing=ID"}

// fieldDoc is what a field means: in Swedish the specification's own words,
// where it has any.
func (w words) fieldDoc(f vitec.Field) string {
	doc := f.Doc
	if w == "sv" {
		doc = cmp.Or(f.Swedish, swedishFields[f.Path])
	}
	first, size := utf8.DecodeRuneInString(doc)
	return string(unicode.ToUpper(first)) + doc[size:]
}

// phrases are the texts of the page, by key. A text may hold verbs of package
// fmt, the same ones in both languages.
var phrases = map[string]phrase{
	// Around every page.
	"brand":          {"Vitec Connect sandbox", "Vitec Connect – sandlåda"},
	"skip":           {"Go to the content", "Gå till innehållet"},
	"nav":            {"Pages", "Sidor"},
	"nav.overview":   {"Overview", "Översikt"},
	"nav.try":        {"Test form", "Testformulär"},
	"nav.help":       {"Documentation", "Dokumentation"},
	"language":       {"Language", "Språk"},
	"footer":         {"This is a stand-in, not Vitec Connect. It keeps what it is sent in memory until it ends: do not send it real people.", "Det här är en ställföreträdare, inte Vitec Connect. Den håller det som skickas i minnet tills den avslutas: skicka inga verkliga personer."},
	"title.overview": {"Vitec Connect sandbox", "Vitec Connect – sandlåda"},
	"title.help":     {"Documentation – Vitec Connect sandbox", "Dokumentation – Vitec Connect, sandlåda"},
	"yes":            {"yes", "ja"},
	"no":             {"no", "nej"},
	"nothing":        {"Nothing.", "Ingenting."},
	"nobody":         {"without a name", "utan namn"},
	"newer":          {"Newer", "Nyare"},
	"older":          {"Older", "Äldre"},
	"range":          {"%s–%s of %s", "%s–%s av %s"},
	"text.more":      {"The first %s of %s bytes.", "De första %s av %s byte."},
	"customer":       {"Customer", "Kund"},
	"viewing":        {"Viewing", "Visning"},
	"slot":           {"Time slot", "Visningstillfälle"},

	// The head of the overview.
	"eyebrow":                {"Sandbox at", "Sandlåda på"},
	"live.on":                {"Live", "Direkt"},
	"live.off":               {"Paused", "Pausad"},
	"live.lost":              {"Does not answer", "Svarar inte"},
	"live.hint":              {"Update this page by itself", "Uppdatera sidan av sig själv"},
	"headline.empty":         {"No requests yet", "Inga anrop än"},
	"headline.bookings.one":  {"1 booking", "1 bokning"},
	"headline.bookings.many": {"%s bookings", "%s bokningar"},
	"headline.requests.one":  {"from 1 request", "av 1 anrop"},
	"headline.requests.many": {"from %s requests", "av %s anrop"},
	"lead.stays":             {"Nothing leaves this computer, and no message is sent.", "Inget lämnar den här datorn, och inga meddelanden skickas."},
	"lead.anything":          {"Any customer, viewing and time slot exists.", "Alla kunder, visningar och visningstillfällen finns."},
	"lead.knows":             {"There are %s with %s.", "Här finns %s med %s."},
	"lead.viewings.one":      {"1 viewing", "1 visning"},
	"lead.viewings.many":     {"%s viewings", "%s visningar"},
	"lead.slots.one":         {"1 time slot", "1 visningstillfälle"},
	"lead.slots.many":        {"%s time slots", "%s visningstillfällen"},
	"lead.anybody":           {"Any login with a user name is let in.", "Alla inloggningar med ett användarnamn släpps in."},
	"lead.logins.one":        {"1 login is let in.", "1 inloggning släpps in."},
	"lead.logins.many":       {"%s logins are let in.", "%s inloggningar släpps in."},
	"double.one":             {"1 booking is of somebody who had that time slot already.", "1 bokning gäller någon som redan hade visningstillfället."},
	"double.many":            {"%s bookings are of somebody who had that time slot already.", "%s bokningar gäller någon som redan hade visningstillfället."},

	// How to begin.
	"start.title":  {"How to begin", "Så börjar du"},
	"start.import": {"Import a list. Any user name and password will do.", "Importera en lista. Vilket användarnamn och lösenord som helst duger."},
	"start.try":    {"Or send one request by hand:", "Eller skicka ett anrop för hand:"},
	"start.fault":  {"Or start it so that it misbehaves, and see what your program makes of it:", "Eller starta den så att den krånglar, och se vad ditt program gör av det:"},

	// The figures.
	"tile.bookings":      {"Bookings", "Bokningar"},
	"tile.bookings.note": {"made, whether or not the answer arrived", "gjorda, vare sig svaret kom fram eller inte"},
	"tile.double":        {"Booked twice", "Bokade två gånger"},
	"tile.double.none":   {"nobody, as it should be", "ingen, som det ska vara"},
	"tile.double.some":   {"the same person on the same time slot", "samma person på samma visningstillfälle"},
	"tile.requests":      {"Requests", "Anrop"},
	"tile.messages":      {"Messages to people", "Meddelanden till personer"},
	"tile.messages.none": {"none would have gone out", "inget skulle ha gått ut"},
	"open.one":           {"1 on its way", "1 på väg"},
	"open.many":          {"%s on their way", "%s på väg"},
	"status.none":        {"no answer", "inget svar"},
	"status.open":        {"on its way", "på väg"},

	// Viewings and slots.
	"slots.title":          {"Viewings and time slots", "Visningar och visningstillfällen"},
	"slots.places":         {"places taken on", "tagna platser på"},
	"slots.unlimited.one":  {"booking, no limit of places", "bokning, ingen gräns för platser"},
	"slots.unlimited.many": {"bookings, no limit of places", "bokningar, ingen gräns för platser"},
	"slots.of":             {"of %s places taken", "av %s platser tagna"},
	"slots.full":           {"of %s places taken: full", "av %s platser tagna: fullbokat"},
	"slots.over":           {"on %s places: %s too many, since nobody asked for the limit", "på %s platser: %s för många, eftersom ingen bad om gränsen"},
	"slots.before":         {"%s of them before the first request", "%s av dem före det första anropet"},
	"slots.start":          {"begins %s", "börjar %s"},
	"slots.deadline":       {"can be booked until %s", "kan bokas till %s"},
	"slots.deadline.gone":  {"could be booked until %s", "kunde bokas till %s"},
	"slots.more.one":       {"and 1 more time slot", "och 1 visningstillfälle till"},
	"slots.more.many":      {"and %s more time slots", "och %s visningstillfällen till"},

	// Bookings.
	"bookings.title":         {"Who was booked", "Vilka som bokades"},
	"bookings.filtered":      {"On time slot %s of viewing %s, in the order of booking.", "På visningstillfället %s för visningen %s, i bokningsordning."},
	"bookings.all":           {"Show all", "Visa alla"},
	"bookings.none":          {"Nobody yet.", "Ingen än."},
	"bookings.times.one":     {"once", "en gång"},
	"bookings.times.many":    {"booked %s times", "bokad %s gånger"},
	"bookings.id":            {"Booking id", "Boknings-id"},
	"bookings.contact.new":   {"New contact", "Ny kontakt"},
	"bookings.contact.known": {"Known contact, overwritten", "Känd kontakt, överskriven"},
	"bookings.request":       {"By request", "Av anrop"},
	"bookings.fields":        {"As the server understood it", "Så som servern förstod det"},

	// Requests.
	"requests.title":      {"Requests and answers", "Anrop och svar"},
	"requests.none":       {"None yet.", "Inga än."},
	"requests.booked":     {"booking %s", "bokning %s"},
	"requests.refused":    {"no booking", "ingen bokning"},
	"requests.line":       {"Request", "Anrop"},
	"requests.login":      {"User name", "Användarnamn"},
	"requests.connection": {"Connection", "Anslutning"},
	"requests.reused":     {"used before", "använd förut"},
	"requests.fresh":      {"new", "ny"},
	"requests.fault":      {"Fault", "Fel i kraft"},
	"requests.type":       {"Content-Type", "Content-Type"},
	"requests.accept":     {"Accept", "Accept"},
	"requests.agent":      {"User-Agent", "User-Agent"},
	"requests.answertype": {"Content-Type of the answer", "Svarets Content-Type"},
	"requests.retryafter": {"Retry-After", "Retry-After"},
	"requests.location":   {"Location", "Location"},
	"requests.body":       {"What was sent", "Det som skickades"},
	"requests.answer":     {"What was answered", "Det som svarades"},
	"requests.gone":       {"The texts are kept for the newest requests only.", "Texterna finns kvar bara för de senaste anropen."},
	"requests.open":       {"It has not been answered yet.", "Det är inte besvarat än."},

	// Messages.
	"messages.section":          {"Messages that would have gone out", "Meddelanden som skulle ha gått ut"},
	"messages.title":            {"Messages", "Meddelanden"},
	"messages.none":             {"None. No booking asked for a confirmation or a reminder.", "Inga. Ingen bokning bad om bekräftelse eller påminnelse."},
	"messages.kind":             {"Message", "Meddelande"},
	"messages.to":               {"To", "Till"},
	"messages.person":           {"Participant", "Visningsdeltagare"},
	"messages.when":             {"When", "När"},
	"messages.booking":          {"Booking", "Bokning"},
	"messages.to.unknown":       {"what the contact's card says", "det som står på kontaktens kort"},
	"messages.when.unknown":     {"before the viewing", "före visningen"},
	"messages.more":             {"The newest %s of %s.", "De senaste %s av %s."},
	"message.sms_confirmation":  {"SMS confirmation", "Bekräftelse via SMS"},
	"message.mail_confirmation": {"E-mail confirmation", "Bekräftelse via e-post"},
	"message.sms_reminder":      {"SMS reminder", "Påminnelse via SMS"},

	// The form.
	"try.title":         {"Test form", "Testformulär"},
	"try.intro":         {"Sends one request by hand, exactly as a program would, and shows what comes back. What the members mean:", "Skickar ett anrop för hand, precis som ett program skulle göra, och visar vad som kommer tillbaka. Vad fälten betyder:"},
	"try.where":         {"Address", "Adress"},
	"try.method":        {"Method", "Metod"},
	"try.login":         {"Login", "Inloggning"},
	"try.username":      {"User name", "Användarnamn"},
	"try.password":      {"Password", "Lösenord"},
	"try.login.any":     {"Any user name is let in, with or without a password.", "Alla användarnamn släpps in, med eller utan lösenord."},
	"try.login.some":    {"Only the logins of the configuration are let in. The password is not kept.", "Bara konfigurationens inloggningar släpps in. Lösenordet sparas inte."},
	"try.format":        {"Format of request and answer", "Format för anrop och svar"},
	"try.body":          {"Body", "Innehåll"},
	"try.send":          {"Send", "Skicka"},
	"try.fill":          {"Fill in:", "Fyll i:"},
	"try.specification": {"Specification’s sample", "Specifikationens exempel"},
	"try.person":        {"Invented person", "Påhittad person"},
	"answer.title":      {"Answer", "Svar"},
	"answer.none":       {"Nothing has been sent yet.", "Inget har skickats än."},
	"answer.none.short": {"No answer", "Inget svar"},
	"answer.booked":     {"Booked: booking %s.", "Bokat: bokning %s."},
	"answer.notbooked":  {"Nothing was booked.", "Inget bokades."},
	"answer.took":       {"(%s)", "(%s)"},
	"answer.see":        {"See the booking", "Se bokningen"},
	"answer.headers":    {"Headers", "Huvuden"},
	"answer.body":       {"Body", "Innehåll"},
	"answer.sent":       {"The request’s head, as sent", "Anropets huvud, som det skickades"},
	"answer.late":       {"Within %s no whole answer came.", "Inom %s kom inget helt svar."},
	"answer.large":      {"Only the first %s kB were read.", "Bara de första %s kB lästes."},
	"answer.closed":     {"The connection was closed without an answer.", "Anslutningen stängdes utan svar."},
	"answer.unreadable": {"What came back is no HTTP answer.", "Det som kom tillbaka är inget HTTP-svar."},
	"answer.cut":        {"The answer was cut off.", "Svaret var avklippt."},
	"answer.fault":      {"A fault struck: %s.", "Ett fel slog till: %s."},

	// Faults.
	"faults.title":       {"Faults", "Fel"},
	"faults.intro":       {"The sandbox misbehaves in every way in which a server and a network are known to, when you ask for it.", "Sandlådan krånglar på alla de sätt som servrar och nät brukar göra, när du ber om det."},
	"faults.note":        {"Faults in force:", "Fel i kraft:"},
	"faults.change":      {"Change", "Ändra"},
	"faults.label":       {"Faults in force, one a line", "Fel i kraft, ett per rad"},
	"faults.note.counts": {"Setting them replaces all that were in force, and they count requests from now on.", "De ersätter alla som gällde, och räknar anrop från och med nu."},
	"faults.set":         {"Put in force", "Sätt i kraft"},
	"faults.clear":       {"Take all away", "Ta bort alla"},
	"faults.refused":     {"Nothing was changed:", "Inget ändrades:"},
	"faults.known":       {"All faults, and when they strike", "Alla fel, och när de slår till"},
	"faults.when":        {"Behind the fault stands which requests it strikes; without that, all:", "Efter felet står vilka anrop det drabbar; annars drabbas alla:"},
	"when.:10%":          {"10 % of them, by dice", "10 % av dem, enligt tärning"},
	"when.:3":            {"the third", "det tredje"},
	"when.:3+":           {"all from the third on", "alla från och med det tredje"},
	"when.:3-7":          {"the third to the seventh", "det tredje till det sjunde"},
	"when.:/5":           {"each fifth", "vart femte"},
	"when.:x2":           {"twice at most", "högst två gånger"},
	"when.:reused":       {"those on a connection that was used before", "de på en anslutning som använts förut"},
	"when.:viewing=ID":   {"those for one viewing; customer and slot likewise", "de för en viss visning; likaså customer och slot"},
	"reset.title":        {"Begin anew", "Börja om"},
	"reset.note":         {"Forgets every request, booking and message. Faults stay in force.", "Glömmer alla anrop, bokningar och meddelanden. Fel förblir i kraft."},
	"reset.do":           {"Forget everything", "Glöm allt"},

	// The documentation.
	"help.eyebrow":                            {"Vitec Connect API · Viewing", "Vitec Connect API · Visning"},
	"help.lead":                               {"Adds a viewing participant to a viewing of an existing home.", "Lägger till en ny visningsdeltagare på en befintlig bostad."},
	"help.contents":                           {"On this page", "På den här sidan"},
	"help.contents.address":                   {"Address", "Adress"},
	"help.contents.login":                     {"Login", "Inloggning"},
	"help.contents.body-members":              {"Body", "Innehåll"},
	"help.contents.formats":                   {"Request formats", "Format"},
	"help.contents.answers":                   {"Answers", "Svar"},
	"help.contents.code":                      {"Code samples", "Kodexempel"},
	"help.contents.own":                       {"Only in the sandbox", "Bara i sandlådan"},
	"help.name":                               {"Name", "Namn"},
	"help.description":                        {"Description", "Beskrivning"},
	"help.type":                               {"Type", "Typ"},
	"help.info":                               {"Information", "Information"},
	"help.required":                           {"required", "krävs"},
	"help.contact":                            {"one of e-mail and phones is required", "någon av e-post och telefon krävs"},
	"help.length":                             {"at most %d characters", "högst %d tecken"},
	"help.likely":                             {"likely not all of them", "troligen inte alla"},
	"help.values":                             {"Known values:", "Kända värden:"},
	"help.address":                            {"Address", "Adress"},
	"help.address.intro":                      {"The ids stand in the path, each escaped. They are opaque: nothing may be read into their form.", "Id:na står i sökvägen, vart och ett kodat. De är ogenomskinliga: inget får läsas in i deras form."},
	"parameter.viewingId":                     {"Id of the viewing", "Visningsid"},
	"parameter.timeSlotId":                    {"Id of the time slot", "Id på visningstillfället"},
	"parameter.customerId":                    {"Id of the customer, that is the office; the same as in the body", "Kundid, alltså kontoret; samma som i innehållet"},
	"help.base.real":                          {"Base address of the real API", "Basadress till det riktiga API:et"},
	"help.base.here":                          {"Base address of this sandbox", "Basadress till den här sandlådan"},
	"help.login":                              {"Login", "Inloggning"},
	"help.login.text":                         {"HTTP Basic on every request, over HTTPS. A login goes for one customer and one group of functions; another customer’s data are answered 403. Stop at the first 401: clients that hammer on are blocked.", "HTTP Basic i varje anrop, över HTTPS. En inloggning gäller en kund och en grupp av funktioner; andra kunders data ger svaret 403. Sluta vid första 401: den som hamrar på blir spärrad."},
	"help.login.base64":                       {"{Base64 of user name:password}", "{Base64-kodat användarnamn:lösenord}"},
	"help.body":                               {"Body: the viewing participant", "Innehåll: visningsdeltagaren"},
	"help.body.intro":                         {"Leave out what has no value: null is refused for booleans and numbers, and an empty text may blank what the contact has. Members that the server does not know are silently ignored.", "Utelämna det som saknar värde: null godtas inte för booleska värden och tal, och en tom text kan tömma det som kontakten har. Fält som servern inte känner till hoppas tyst över."},
	"help.body.sources":                       {"Names and types are the specification’s. Limits are those that are publicly known; those marked as likely are of an earlier version. Lengths count UTF-16 code units.", "Namn och typer är specifikationens. Gränserna är de som är offentligt kända; de som kallas troliga gäller en tidigare version. Längder räknas i UTF-16-kodenheter."},
	"object.AddNewViewingParticipant":         {"The viewing participant, with what is to be done for the booking.", "Visningsdeltagaren, med det som ska göras för bokningen."},
	"object.UpdatePerson":                     {"The server looks for an existing contact by contactId, else by personal number, else by first and last name with any phone or e-mail, and overwrites it with everything that is sent.", "Servern söker en befintlig kontakt efter contactId, annars personnummer, annars för- och efternamn med någon telefon eller e-post, och skriver över den med allt som skickas."},
	"object.Address":                          {"Where the contact lives.", "Var kontakten bor."},
	"object.Email":                            {"How the contact is reached by e-mail.", "Hur kontakten nås via e-post."},
	"object.Coordinate":                       {"A place on the map.", "En plats på kartan."},
	"object.Task":                             {"A task for the office that comes with the contact.", "En uppgift för kontoret som följer med kontakten."},
	"object.CustomField":                      {"One field of the office’s own.", "Ett av kontorets egna fält."},
	"object.ViewingParticipantBookingOptions": {"What holds when they are left out is not documented: send both.", "Vad som gäller om de utelämnas är inte dokumenterat: skicka båda."},
	"member.UpdatePerson":                     {"Contact", "Kontakt"},
	"member.Address":                          {"Address", "Adress"},
	"member.Email":                            {"E-mail addresses", "E-postadresser"},
	"member.Coordinate":                       {"Position", "Position"},
	"member.Task":                             {"Task", "Uppgift"},
	"member.CustomField":                      {"Field of the office’s own", "Kontorets eget fält"},
	"member.ViewingParticipantBookingOptions": {"Options of the booking", "Alternativ som rör bokningen"},
	"kind.text":                               {"string", "string"},
	"kind.boolean":                            {"boolean", "boolean"},
	"kind.integer":                            {"integer", "integer"},
	"kind.decimal":                            {"decimal", "decimal"},
	"kind.datetime":                           {"date and time, RFC 3339", "datum och tid, RFC 3339"},
	"kind.list of texts":                      {"list of string", "lista av string"},
	"help.formats":                            {"Request formats", "Format för anrop"},
	"help.formats.intro":                      {"The same body in the two formats that the API reads. Content-Type says which one it is, Accept in which the answer is to come.", "Samma innehåll i de två format som API:et läser. Content-Type säger vilket det är, Accept i vilket svaret ska komma."},
	"help.xml":                                {"Elements must stand in exactly this order and these namespaces; others are silently ignored.", "Elementen måste stå i exakt den här ordningen och i de här namnrymderna; andra hoppas tyst över."},
	"help.answers":                            {"Answers", "Svar"},
	"help.answers.intro":                      {"A booking is answered with a string: the id of the booking if returnBookingId is true, otherwise that of the contact. It is not documented which; this is what the sandbox does.", "En bokning besvaras med en sträng: bokningens id om returnBookingId är true, annars kontaktens. Det är inte dokumenterat vilket; så här gör sandlådan."},
	"help.status":                             {"Status", "Status"},
	"help.means":                              {"Meaning", "Betydelse"},
	"help.status.200":                         {"Booked. Keep the id as it is.", "Bokat. Spara id:t som det är."},
	"help.status.400":                         {"Something in the body breaks a rule; modelState says which member. Also when the slot is full or the last booking time has passed, if the options ask for that.", "Något i innehållet bryter mot en regel; modelState säger vilket fält. Också när tillfället är fullbokat eller sista bokningstid har passerat, om alternativen ber om det."},
	"help.status.401":                         {"The user name or the password is wrong.", "Användarnamnet eller lösenordet är felaktigt."},
	"help.status.403":                         {"The login has no right to the customer’s data, or the office is closed.", "Begärt data som det saknas åtkomst till, eller så är kontoret stängt."},
	"help.status.404":                         {"The address, the viewing or the time slot does not exist.", "Adressen, visningen eller visningstillfället finns inte."},
	"help.status.405":                         {"Only POST is understood.", "Bara POST förstås."},
	"help.status.413":                         {"The body is larger than 4 MB.", "Innehållet är större än 4 MB."},
	"help.status.415":                         {"The Content-Type is neither JSON nor XML.", "Content-Type är varken JSON eller XML."},
	"help.status.429":                         {"Too many requests: wait as long as Retry-After says. In the sandbox only as a fault.", "För många anrop: vänta så länge som Retry-After säger. I sandlådan bara som fel."},
	"help.status.500":                         {"Unexpected error; contact Vitec. Whether the booking was made is unknown, so do not send it again by itself. In the sandbox only as a fault.", "Oväntat fel, kontakta Vitec. Om bokningen gjordes är okänt, så skicka den inte igen automatiskt. I sandlådan bara som fel."},
	"help.code":                               {"Code samples", "Kodexempel"},
	"help.code.intro":                         {"They book an invented person at this sandbox. There is no idempotency key: after a lost answer, a second request may book a second time.", "De bokar en påhittad person i den här sandlådan. Det finns ingen idempotensnyckel: efter ett förlorat svar kan ett andra anrop boka en andra gång."},
	"help.own":                                {"Only in the sandbox", "Bara i sandlådan"},
	"help.own.intro":                          {"For programs that test a client, in JSON. commits and requests take ?after=N and ?limit=N.", "För program som testar en klient, i JSON. commits och requests tar ?after=N och ?limit=N."},
	"help.request":                            {"Request", "Anrop"},
	"help.try":                                {"Try it in the test form", "Prova i testformuläret"},
	"help.own.GET /_sandbox/":                 {"counts of requests, bookings and messages", "antal anrop, bokningar och meddelanden"},
	"help.own.GET /_sandbox/commits":          {"every booking that was made, in order, with its body", "alla gjorda bokningar, i ordning, med innehåll"},
	"help.own.GET /_sandbox/requests":         {"every request and what became of it", "alla anrop och vad det blev av dem"},
	"help.own.GET /_sandbox/bookings":         {"who is booked where; more than one commit is a double booking", "vem som är bokad var; mer än en commit är en dubbelbokning"},
	"help.own.GET /_sandbox/faults":           {"the faults in force, and all that there are", "felen i kraft, och alla som finns"},
	"help.own.POST /_sandbox/faults":          {"replaces those in force: {\"faults\": [\"500-after-commit:10%\"]}", "ersätter dem i kraft: {\"faults\": [\"500-after-commit:10%\"]}"},
	"help.own.DELETE /_sandbox/faults":        {"takes them away", "tar bort dem"},
	"help.own.POST /_sandbox/reset":           {"forgets all requests and bookings", "glömmer alla anrop och bokningar"},
}
