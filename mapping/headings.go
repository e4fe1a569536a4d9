package mapping

import (
	"slices"
	"strings"
	"unicode"

	"vitec-import/vitec"
)

// fullName stands, among the fields that a heading may mean, for a person's
// whole name: first and last name in one cell.
const fullName = "fullName"

// fullAddress is an address in one cell, zipAndCity its end.
const (
	fullAddress = "fullAddress"
	zipAndCity  = "zipAndCity"
)

// partsOf is the fields that are taken out of one cell, and how.
var partsOf = map[string][]struct{ path, split string }{
	fullName: {{"updatePerson.firstName", "first"}, {"updatePerson.lastName", "last"}},
	fullAddress: {
		{"updatePerson.address.streetAddress", "street"}, {"updatePerson.address.zipCode", "zip"}, {"updatePerson.address.city", "city"},
	},
	zipAndCity: {{"updatePerson.address.zipCode", "zip"}, {"updatePerson.address.city", "city"}},
}

// anyPhone is a phone without a word on which: the cells decide.
const anyPhone = "anyPhone"

// meaning is what a heading says about its column by itself.
type meaning struct {
	field string // path, fullName, anyPhone, or "" where the heading says nothing
	// sure: the heading is enough, if the cells do not speak against it. Else
	// it is enough only if the cells speak for it.
	sure bool
	// exact: no word had to be left out to understand it.
	exact bool
	// misspelt: it is one letter away from the heading that it is read as.
	misspelt bool
	// other: it names something of somebody or something else (the broker's
	// phone, the address of the home). Nothing is ever mapped by such a
	// heading.
	other bool
}

// headingsOf is the headings that mean a field, as they are compared: words
// run together, in small letters, without accents and signs.
//
// A heading is here because lists in Sweden, or the exports of common
// programs, use it for that field. It is compared whole: what merely looks
// similar is never mapped ("Postadress" is no e-mail address).
var headingsOf = []struct {
	field string
	names string
}{
	{"updatePerson.firstName", `
		fornamn fornamnet tilltalsnamn firstname first givenname forename fname fornamntilltalsnamn
		personfirstname namnfornamn namefirst namnforsta namefirstname fornamnfirstname firstnamefornamn
		vadardittfornamn whatisyourfirstname whatsyourfirstname vadheterduifornamn christianname fnamn firstnamegivenname
		preferredname preferredfirstname kallasfor fornamndeltagare`},
	{"updatePerson.lastName", `
		efternamn efternamnet surname lastname last familyname family familjenamn slaktnamn lname namnefternamn
		namelast namesurname efternamnlastname lastnameefternamn lastnamesurname vadardittefternamn
		whatisyourlastname whatsyourlastname vadheterduiefternamn enamn lnamn personlastname secondname tillnamn`},
	{fullName, `
		namn namnet name fullname fullstandigtnamn fornamnefternamn fornamnochefternamn efternamnfornamn
		forochefternamn forefternamn helanamnet heltnamn namnforochefternamn namnfornamnefternamn namnfornamnochefternamn
		namefirstandlast firstandlastname firstlastname firstnamelastname lastnamefirstname namefirstlast firstnameandlastname
		kontaktperson contactname contactperson kontaktnamn kontaktpersonnamn
		deltagare deltagarnamn deltagarensnamn deltagarenamn spekulantnamn spekulantensnamn kundnamn kundensnamn
		besokarnamn besokarensnamn attendeename participantname guestname visitorname displayname
		customername clientname leadname personnamn visningsnamn fullnamn namefull yourname dittnamn
		vadheterdu vadardittnamn whatisyourname whatsyourname inviteename registrantname bookername bokadav bokatav
		anmaldperson visningsdeltagare deltagarlista fulltnamn medlemsnamn membername nameofparticipant nameofvisitor
		namnpadeltagare`},
	{"updatePerson.email.emailAddress", `
		epost epostadress eposten epostadressen email emailaddress mail mailadress mailadressen mejl mejladress
		emejl mejladr mailadr emailaddr emailadress emaila emailid epostadr eadress emejladress maila mailaddress
		epostkontakt epostemail emailepost kontaktepost kontaktmail contactemail emailcontact personalemail
		privatepost privatmail hemmail primaryemail primaremail emailprimary emailhome homeemail
		vadardinepost vadardinepostadress vadardinmail vadardinmailadress vadardinmejl vadardinmejladress
		vilkenepostadressharduvi whatisyouremail whatisyouremailaddress whatsyouremail whatsyouremailaddress
		usernameemail emailvalue epostadressmail epostmail mailepost inviteeemail attendeeemail participantemail
		customeremail leademail kundepost kundmail kundmejl kundensepost epostprivat epostadressprivat emailprivate personemail
		bekraftaepost ebrev digitaladress elektroniskpost elektroniskadress inetadress internetadress`},
	{"updatePerson.email.emailAddress2", `
		emailaddress2 email2 email2address epost2 epostadress2 mail2 mejl2 email2value mailadress2 emailadress2
		alternativepost alternativepostadress alternativemail alternativmail alternativmejl alternateemail
		secondaryemail secondemail secondaryemailaddress extraepost extramail annanepost annanepostadress annanmail
		andraepost andraepostadress ovrigepost otheremail otheremailaddress emailother epostannan epostovrig epostalternativ
		emailalternate emailsecondary additionalemail`},
	{"updatePerson.cellPhone", `
		mobil mobilen mobilnummer mobilnumret mobilnr mobiltelenr mob mobnr mobnummer cell cellnumber cellno cellular cellularphone
		cellularnumber mobile mobileno mobilenr mobilenumber mobilephonevalue contactmobile smsnummer smsnr smsnumber smsphone handphone
		textremindernumber kontaktmobil privatmobil mobilprivat mobileprivate personalmobile mobiletext vadardittmobilnummer
		whatisyourmobilenumber whatisyourcellphonenumber nallenummer nalle kundmobil mobiltelefonsms mobiltelefontillsms mobilnummersms
		mobilenumbersms`},
	{anyPhone, `
		telefon telefonen telefonnummer telefonnumret telefonnr telefonno telenr tel telnr telno telnummer tfn tfnnr tfnnummer tele tlf tlfn
		tlfnr telephone telephonenumber telephoneno telephonenr phone phones phonenumber phoneno phonenr ph phonevalue phone1value
		kontakttelefon kontakttelefonnummer kontaktnummer kontaktnr contactphone contactnumber contactphonenumber contactno
		vadardintelefon vadardinttelefonnummer vadardittelefonnummer vadardittelefonnr vadardittelnr
		vadarditttelefonnummer whatisyourphonenumber whatisyourtelephonenumber whatsyourphonenumber
		inviteephone attendeephone participantphone customerphone leadphone kundtelefon kundenstelefon personalphone
		mainphone primaryphone phoneprimary huvudtelefon telefonhuvud`},
	{"updatePerson.telePhone", `
		hemnummer bostadstelefon landline landlinenumber fasttelefon fastnummer fasttelefonnummer daytimephone dagtelefon telefondagtid
		telefondag kvallstelefon telefonkvall`},
	{"updatePerson.workPhone", `
		arbetstelefon arbetstelefonnummer arbetstfn arbetstel arbetstelefonnr jobbnummer jobbnr telefontillarbete telefontillarbetet
		telefonpaarbetet dayphone telefonkontor kontorstelefon tjanstetelefon workmobile arbetsmobil jobbmobil mobilarbete mobiljobb
		tjanstemobil`},
	{"updatePerson.otherPhone", `
		annatnummer extranummer alternatephone alternatephonenumber secondaryphone secondphone phonesecondary additionalphone phone2
		phone2value phonenumber2 telefon2 telefonnummer2 telefonnr2 tel2 telnr2 tfn2 mobil2 mobilnummer2 mobiltelefon2 mobilephone2
		mobile2 andratelefon andratelefonnummer phone2number ovrigatelefonnummer telefonovriga tillfalligttelefonnummer`},
	{"updatePerson.socialSecurityNumber", `
		personnummer personnumret personnr personnro persnr persnummer pnr pnummer prsnr personid personidnr personnummersamordningsnummer
		personsamordningsnummer personochsamordningsnummer personellersamordningsnummer personnummerellersamordningsnummer
		personsamnr personnummer12siffror personnummer10siffror personnummeraaaammddxxxx personnummeraaaammddnnnn samordningsnummer samordningsnr
		persnrsamnr personalidentitynumber personalidnumber personalid personalnumber swedishpersonalnumber personalidentificationnumber
		socialsecuritynumber socialsecurityno ssn socsecnr svensktpersonnummer swedishssn nationalidnumber nationalidentitynumber personalidentityno
		personnummermedsekel kundpersonnummer personnummerprivatperson pin12`},
	{"updatePerson.address.streetAddress", `
		adress adressen gatuadress gatuadressen gata gatan gataadress gatunamn gataochnummer gatanr gatanummer gataochnr gatuadressochnummer
		postadress bostadsadress gatuadressbostad gatuadresshem gatuadr gatunamnochnummer gatunamnochnr addr homeaddress1 hemadress utdelningsadress folkbokforingsadress folkbokforingsadressgata adress1 adressrad1 adressrad adr
		address addressen streetaddress streetaddress1 street street1 streetname streetandnumber address1 addressline1 addressline
		addressstreet adressgata homeaddress homestreet homeaddressstreet mailingaddress mailingstreet postaladdress billingaddress
		billingaddress1 billingstreet billingaddressline1 shippingaddress1 residentialaddress contactaddress kontaktadress kontaktadressgata
		privatadress privataddress permanentaddress postadressgata vadardinadress whatisyouraddress address1street address1formatted
		gatuadress1 coadressgata adressgatuadress adressgatuadress1 boendeadress kundadress kundensadress nuvarandeadress currentaddress
		primaryaddressstreet primarystreet adresshem addresshome`},
	{"updatePerson.address.zipCode", `
		postnummer postnumret postnummerbostad postnrbostad postnummerhem ziporpostalcode ziporpostcode postnr postnro postnummret  zip zipcode zippostal zippostalcode postalcode postcode postalzipcode zipcodepostalcode postalzip
		postkod postnummeradress adresspostnummer adresspostnr addresszip addresszipcode addresspostalcode address1postalcode
		homepostalcode homezip homezipcode mailingzip mailingzipcode mailingpostalcode mailingzippostalcode billingzip billingpostcode billingpostalcode
		billingzipcode shippingpostcode kontaktpostnummer hempostnummer bostadspostnummer postnrnummer zipnumber zipno zipnr postalno
		vadardittpostnummer whatisyourzipcode whatisyourpostcode postaladdresszip primarypostalcode primaryzip`},
	{"updatePerson.address.city", `
		ort orten ortbostad postortbostad orthem postort postorten stad staden bostadsort hemort hemstad ortnamn postortnamn adressort adressstad adresspostort ortstad stadort
		city town cityname addresscity homecity mailingcity billingcity shippingcity citytown towncity address1city postaltown posttown postcity
		kontaktort bostadsortstad hemadressort hemadresspostort locality postalcity cityofresidence primarycity
		vilkenortbordui vilkenortbordupa vilkenstadbordui`},
	{fullAddress, `
		fullstandigadress helaadressen heladressen fulladress adresspostnummerort adresspostnrort gatuadresspostnummerort gatuadresspostnrort
		fulladdress completeaddress addresscomplete wholeaddress`},
	{zipAndCity, `
		postnrort postnummerort postnrochort postnummerochort postnrpostort postnummerpostort postnrochpostort postnummerochpostort postnrstad postnummerstad
		ortpostnr ortpostnummer ortochpostnummer postortpostnummer zipcity zipandcity zipcodecity zipcodeandcity postcodecity postalcodecity postalcodeandcity cityzip
		postadresspostnummerort postadresspostnrort`},
	{"updatePerson.address.countryCode", `
		land landet landkod landskod country countrycode countryname countryregion countryorregion landregion landregionbostad landregionhem landbostad nation addresscountry addresscountrycode address1country
		homecountry homecountryregion mailingcountry billingcountry billingcountrycode shippingcountry adressland bosattningsland hemland bostadsland
		countryofresidence primarycountry isoland landiso`},
	{"updatePerson.note", `
		anteckning anteckningar notering noteringar kommentar kommentarer anmarkning anmarkningar anm anteckn ovr obs note notes comment comments
		remark remarks ovrigt ovriginfo ovriginformation ovrigakommentarer ovrigaanteckningar internkommentar internaanteckningar internnotering
		internnote internalnote internalnotes internalcomment agentnotes description beskrivning ovriganotering ovriganoteringar
		noteringaromkund omkunden kundanteckning kundkommentar memo fritext fritextfalt ovrigaupplysningar info extrainfo
		extrainformation additionalinformation additionalinfo additionalnotes ovrigaanmarkningar contactnotes minnesanteckning minnesanteckningar`},
	{"contactMessage", `
		meddelande meddelandet halsning fraga fragor ovrigtattmeddela questionsfortheagent questionfortheagent anyquestionsfortheagent message contactmessage messagetext dittmeddelande yourmessage
		meddelandefrankund meddelandetillmaklaren meddelandetillmaklare fragatillmaklaren fragortillmaklaren meddelandetilloss harduenfraga harduenfragor
		harduenfragatillmaklaren harduenfragatilloss frageruta fragaellermeddelande meddelandefraga fragameddelande meddelandeellerfraga
		question questions inquiry enquiry questiontobroker messagetobroker messagetoagent doyouhaveanyquestions anyquestions customermessage
		hardunagonfraga hardunagrafragor hardufragor hardunagonfragatillmaklaren hardunagrafragortillmaklaren
		harduenfragainforvisningen harduenfragorinforvisningen harduenagrafragor harduenfragaommbostaden meddelandetext onskemalfraga`},
	{"participated", `
		deltog deltagit deltagande narvaro narvarande narvarat kom komdeltog medverkade medverkat participated participation attended attendance attendancestatus present
		wasthere showedup checkedin incheckad incheckade incheckning bockadav avprickad avprickning prickadav besokte varmed varpaplats paplats
		narvarovisning narvarandevidvisning deltogpavisning deltogpavisningen deltogivisning deltogvidvisning kompavisning kompavisningen
		besoktevisningen narvaropavisning attendedviewing attendedshowing visningdeltog hasattended didattend vartherepavisning
		narvarade vardar dokupp dokuppvisning dokupppavisningen kommit narvarolista`},
	{"updatePerson.gdprApprovalDate", `
		gdprdatum gdprdate datumgdpr gdprapprovaldate gdprgodkannandedatum gdprgodkannande gdprgodkand gdprgodkanddatum gdprinformerad gdprinformeraddatum gdprinfodatum
		informerad informeraddatum datuminformerad informeraddenom informeradgdpr informeradomgdpr informationsdatum gdprinfo gdprinformation
		personuppgiftsinformation informeradompersonuppgifter informeradompersonuppgiftsbehandling datumforinformation informationgiven
		samtycke samtyckesdatum samtyckedatum datumsamtycke datumforsamtycke gdprsamtycke gdprsamtyckedatum samtyckegdpr samtyckegdprdatum samtyckegavs
		gdpr gdprconsentdate consentdate consentgiven gdprconsent dateofconsent dateinformed informeddate informedon informed gdprnoticedate
		privacynoticedate privacydate gdprgodkannandetid gdprtid gdprtidpunkt integritetsdatum`},
	{"updatePerson.obtainThrough", `
		obtainthrough obtainedthrough hur hurinformerad informeradhur informeradgenom informeradvia gdprhur hurgdpr gdprkalla gdprkanal gdprvia gdprsatt gdprinformeradvia gdprinformeradgenom inhamtat
		inhamtatgenom inhamtatvia samtyckegenom samtyckevia howinformed informedby informedthrough informedhow gdprsource gdprchannel consentchannel
		consentsource gdprinhamtning gdprinhamtat gdprinhamtatgenom satt hurinformerades informeradpavilketsatt`},
	{"updatePerson.wishAdvertising", `
		nyhetsbrev nyhetsbrevet utskick reklam reklamutskick wishadvertising onskarreklam villhareklam onskarnyhetsbrev villhanyhetsbrev nyhetsbrevjanej
		newsletter newsletters wantsnewsletter newslettersubscription advertising marketingconsent marketingoptin marknadsforing
		marknadsforingok marknadsforingsutskick marknadsutskick mailutskick epostutskick onskarutskick villhautskick
		samtycketillnyhetsbrev samtyckenyhetsbrev samtycketillreklam samtycketillutskick farnyhetsbrev farskickanyhetsbrev godkannernyhetsbrev
		prenumerera prenumererar prenumerant prenumereranyhetsbrev prenumererapanyhetsbrev erbjudanden onskarerbjudanden villhaerbjudanden reklamok
		acceptsmarketing acceptsemailmarketing newsletteroptin emailoptin emailmarketing villduhavartnyhetsbrev anmalnyhetsbrev
		godkannerutskick godkannerreklam jatacktillnyhetsbrev tackjatillnyhetsbrev direktreklam marketingpermission godkannermarknadsforing`},
	{"viewingId", `
		visning visningen visningsid visningid viewing viewingid visningsnr visningsnummer viewingno viewingnumber showing showingid visningsobjekt visningar
		valdvisning bokadvisning anmaldtillvisning openhouse openhouseid viewings visningavobjekt vilkenvisning visningsnamnobjekt`},
	{"timeSlotId", `
		tid tiden visningstid visningstiden visningstider tidslucka tidsluckan visningstillfalle visningstillfallet tillfalle timeslot timeslotid slot slotid tidluckaid
		tidsluckaid tidsluckeid visningstillfalleid visningstidid viewingtime viewingslot viewingtimeslot bokadtid valdtid onskadtid tidpunkt klockslag kl klockan besokstid besokstiden visningenstid pass time besokstid besokstiden visningenstid pass
		showingtime appointmenttime bookedtime bookedslot selectedtime selectedslot tidsslot passtid visningspass tidsintervall valttillfalle valjtid
		vilkentid vilkentidpassar vilkenvisningstid visningskl tidvisning tidforvisning visningtid timeofviewing slottime`},

	// Named as in the API. There is no word for them that lists share.
	{"customerId", "customerid vitecid viteckundid kontorsid officeid viteccustomerid"},
	{"updatePerson.contactId", "contactid viteccontactid kontaktid vitekkontaktid viteckontaktid"},
	{"updatePerson.userId", "userid handlaggarid maklarid vitecuserid"},
	{"updatePerson.categoryIds", "categoryids categoryid kategoriid kategoriids"},
	{"updatePerson.coordinate.longitud", "longitud longitude lng"},
	{"updatePerson.coordinate.latitud", "latitud latitude"},
	{"updatePerson.task.predefinedTaskId", "predefinedtaskid taskpredefinedtaskid"},
	{"updatePerson.task.note", "tasknote"},
	{"updatePerson.task.estateId", "taskestateid estateid"},
	{"updatePerson.task.assignedTo", "taskassignedto"},
	{"updatePerson.customField.name", "customfieldname"},
	{"updatePerson.customField.value", "customfieldvalue"},
	{"updatePerson.isForeignSocialSecurityNumber", "isforeignsocialsecuritynumber utlandsktpersonnummer"},
	{"updatePerson.approval", "approval"},
	{"updatePerson.approvalDate", "approvaldate"},
	{"updatePerson.leadScore", "leadscore"},
	{"reminderTime", "remindertime"},
	{"smsReminder", "smsreminder smspaminnelse paminnelsesms paminnelseviasms"},
	{"mailConfirmation", "mailconfirmation mailbekraftelse epostbekraftelse bekraftelsemail bekraftelseviaepost bekraftelseepost"},
	{"smsConfirmation", "smsconfirmation smsbekraftelse bekraftelsesms bekraftelseviasms"},
	{"returnBookingId", "returnbookingid"},
	{"leadSourceId", "leadsourceid leadskallaid leadkallaid"},
	{"options.isDeadlineValidationEnabled", "isdeadlinevalidationenabled"},
	{"options.enableBookingLimitValidation", "enablebookinglimitvalidation"},
}

// phoneNouns and the words of phoneKinds make headings together, in either
// order: "Tfn bost.", "Work tel".
const phoneNouns = "telefon telefonnummer telefonnr tel telnr telnummer tele tfn tfnnr phone phonenumber phoneno telephone telephonenumber"

var phoneKinds = []struct{ field, words string }{
	{"updatePerson.cellPhone", "mobil mobile mob cell"},
	{"updatePerson.telePhone", "bostad bostaden bost hem hemma hemmet privat home private"},
	{"updatePerson.workPhone", "arbete arbetet arb arbetsplats jobb jobbet work business office"},
	{"updatePerson.otherPhone", "annan annat ovrig ovrigt ovr other alternativ alternativt alternative alt extra"},
}

// doubtful is headings that often mean their field, and often something else:
// the cells have to agree before they are believed.
var doubtful = wordSet(`
	first last family secondname preferredname kallasfor
	samtycke samtyckegdpr gdprsamtycke gdpr gdprinfo gdprinformation gdprconsent consentgiven gdprgodkannande gdprgodkand informationgiven
	hur satt description beskrivning info memo time kl tillfalle tiden tidpunkt present deltagande participation bokadav bokatav
	erbjudanden prenumerant prenumerera prenumererar pass
	customerid kontorsid officeid vitecid viteckundid contactid kontaktid userid handlaggarid maklarid estateid categoryid kategoriid
	leadscore pin12 personid personalid nation deltagarlista narvarolista visningar openhouse visningsobjekt
	longitud longitude lng latitud latitude`)

// noise is words that do not change what a heading means.
var noise = wordSet(`
	din ditt dina your my ange fyll i in skriv enter please vanligen vilken vilket vilka vad ar what which is whats the a an av of for
	hyresgast hyresgasten anmalare anmalaren huvudsokande receive
	till pa med fran den min mitt jag skicka komma prefer hej och en ett ev eventuell eventuella visningsanmalan nar kan na
	du dig det vi er ert var vart vara our you do would like want to vill ha har boka valj onskad onskar passar galler preferred select choose
	kund kunden kundens kunder customer customers client clients deltagare deltagaren deltagarens deltagarnas participant participants attendee
	attendees spekulant spekulanten spekulantens besokare besokaren besokarens visitor visitors guest guests gast gasten gastens lead leads buyer buyers kopare
	koparen koparens person personen personens personuppgifter kontakt kontakten kontaktens kontaktpersonen kontaktpersonens kontaktuppgift kontaktuppgifter contact contacts invitee registrant
	anmald anmalan anmalda intressent intressenten intressentens medlem medlemmens member members respondent responder applicant applicants sokande sokanden sokandes sokandens
	obligatorisk obligatoriskt obligatoriska required mandatory valfri valfritt optional ifall om finns
	privat private personlig personligt primary primar primart huvudsaklig main value field falt column kolumn
	billing hem home mailing details detail uppgift uppgifter information attribute properties prop inkl
	exempel exempelvis tex eg ex format formatet siffror utan med mellanslag bindestreck landsnummer only
	1 2026 2025 2024 updateperson address text`)

// others is words that make a heading speak of somebody or something else.
var others = wordSet(`
	maklare maklaren maklarens maklar broker brokers agent agents agentens realtor salesperson saljare saljaren saljarens seller sellers owner agare agaren agarens
	handlaggare handlaggarens assistent assistant ansvarig ansvariges responsible salj
	medsokande medspekulant medkopare medfoljande partner partners partnerns make maka makes sambo respektive sallskap companion spouse husband wife
	plusone barn child children foralder parent anhorig anhorigs emergency nodkontakt ice narmaste
	foretag foretaget foretagets foretagsnamn company companys business bolag bolaget organisation organization org arbetsgivare employer account accounts
	objekt objektet objektets objekts property propertys estate listing bostad bostaden bostadens lagenhet lagenheten fastighet fastigheten fastighetens
	visningsadress visningsobjektets house home1 unit apartment projekt projektets project
	arrangor organizer host vard sender avsandare mottagare recipient recipients referens referent reference referred
	faktura fakturering invoice leverans delivery shipping
	kontor kontoret kontorets office branch byra byran site plats location lokal venue
	skapad skapat skapades created uppdaterad updated andrad andrat modified senast latest lastlogin signed
	anvandare anvandarens user username bokare sparad registrerad registrerat submitted submission
	intern system kalla source utm ip referrer webb url website hemsida lank link
	gammal gamla old previous tidigare foregaende arbetsplats
	antal number1 count nr1 quantity maxantal total sort sortering rad
	avbokad avbokat avbokning cancelled canceled status
	skickad skickat sent opened oppnad delivered bounced studs
	fodelse birth birthday fodelsedag fodelsedatum birthdate
	event evenemang eventet kampanj campaign`)

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// dictionary finds what headings mean. It is made once for a proposal.
type dictionary map[string]string // compact heading → field

func newDictionary() dictionary {
	d := dictionary{}
	for _, h := range headingsOf {
		for _, name := range strings.Fields(h.names) {
			if _, taken := d[name]; !taken {
				d[name] = h.field
			}
		}
	}
	for _, kind := range phoneKinds {
		for _, noun := range strings.Fields(phoneNouns) {
			for _, word := range strings.Fields(kind.words) {
				for _, name := range []string{noun + word, word + noun} {
					if _, taken := d[name]; !taken {
						d[name] = kind.field
					}
				}
			}
		}
	}
	// The API's own names: the whole path, and as much of its end as tells the
	// field apart.
	for _, f := range vitec.Fields() {
		for path, more := f.Path, true; more; _, path, more = strings.Cut(path, ".") {
			name := compact(path)
			if _, taken := d[name]; !taken && (path == f.Path || strings.Contains(path, ".")) {
				d[name] = f.Path
			}
		}
	}
	return d
}

// meaning looks a heading up: as it stands, then with the letters that it has
// lost, then with a slip of the hand undone.
func (d dictionary) meaning(heading string) meaning {
	m := d.read(heading)
	for _, was := range restored(heading) {
		if m == (meaning{}) {
			m = d.read(was)
			m.exact = false
		}
	}
	if m == (meaning{}) {
		m = d.misspelt(heading)
	}
	return m
}

// read looks a heading up: as it stands, then without what is in brackets,
// then without words that do not matter.
func (d dictionary) read(heading string) meaning {
	all := headingWords(heading)
	if len(all) == 0 {
		return meaning{}
	}
	whole := strings.Join(all, "")
	if field, name := d.find(whole); field != "" {
		return meaning{field: field, sure: !doubtful[name], exact: true}
	}
	if hasAny(all, others) {
		return meaning{other: true}
	}
	plain := headingWords(withoutBrackets(heading))
	for _, kept := range slices.Concat([][]string{plain}, shorter(all), shorter(plain)) {
		if field, name := d.find(strings.Join(kept, "")); field != "" {
			return meaning{field: field, sure: !doubtful[name]}
		}
	}
	// "Full name - First name", "Adress: Ort": the group says nothing else.
	if at := strings.LastIndexAny(heading, "-:"); at > 0 && strings.HasPrefix(heading[at+1:], " ") && d.group(heading[:at]) {
		if m := d.read(heading[at+1:]); m.field != "" {
			m.exact = false
			return m
		}
	}
	// "Name / Namn", "E-post (Email)": each part alone says the same.
	if field := d.agreed(heading); field != "" {
		return meaning{field: field, sure: true}
	}
	return meaning{}
}

// group reports whether what stands before a heading's last part is what its
// field belongs to: a name, an address, the participant.
func (d dictionary) group(heading string) bool {
	all := headingWords(heading)
	if hasAny(all, others) {
		return false
	}
	field, _ := d.find(strings.Join(all, ""))
	return len(without(all, noise)) == 0 || personName(field) || strings.HasPrefix(field, "updatePerson.address.")
}

// find looks a compact name up; ö written as oe, and so on, is tried too.
func (d dictionary) find(name string) (field, found string) {
	if field, ok := d[name]; ok {
		return field, name
	}
	plain := strings.NewReplacer("oe", "o", "ae", "a", "aa", "a", "adress", "adress", "adr", "adress").Replace(name)
	return d[plain], plain
}

// agreed returns the field of which all parts between slashes, bars and
// brackets speak.
func (d dictionary) agreed(heading string) string {
	parts := strings.FieldsFunc(heading, func(r rune) bool { return strings.ContainsRune("/|()[]\n", r) })
	agreed, n := "", 0
	for _, part := range parts {
		kept := without(headingWords(part), noise)
		if len(kept) == 0 {
			continue
		}
		field, _ := d.find(strings.Join(kept, ""))
		if field == "" || agreed != "" && field != agreed {
			return ""
		}
		agreed = field
		n++
	}
	if n < 2 {
		return ""
	}
	return agreed
}

// shorter returns what is left of a heading as its noise is left out: first the
// words before what it says, one more at a time ("ditt för- och efternamn"),
// then all, but not what stands around an "and".
func shorter(words []string) [][]string {
	var lists [][]string
	for rest := words; len(rest) > 0 && has(noise, rest[0]); {
		rest = rest[1:]
		lists = append(lists, rest)
	}
	last := words
	if len(lists) > 0 {
		last = lists[len(lists)-1]
	}
	for len(last) > 0 && has(noise, last[len(last)-1]) {
		last = last[:len(last)-1]
		lists = append(lists, last)
	}
	if !hasAny(last, joining) {
		lists = append(lists, without(words, noise))
	}
	return lists
}

// joining is words that make one of two things.
var joining = wordSet("och and eller or")

// has reports whether a set has a word, or the word whose genitive it is.
func has(set map[string]bool, word string) bool {
	return set[word] || set[strings.TrimSuffix(word, "s")]
}

func hasAny(list []string, set map[string]bool) bool {
	return slices.ContainsFunc(list, func(w string) bool { return has(set, w) })
}

func without(list []string, set map[string]bool) []string {
	return slices.DeleteFunc(slices.Clone(list), func(w string) bool { return has(set, w) })
}

// withoutBrackets cuts out what stands in round or square brackets.
func withoutBrackets(s string) string {
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch r {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth = max(0, depth-1)
		default:
			if depth == 0 {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// headingWords takes a heading apart into words of small letters and digits:
// at spaces and signs, and before a large letter that follows a small one. å
// and ä become a, ö becomes o.
func headingWords(heading string) []string {
	var (
		list []string
		word []rune
		last rune
	)
	end := func() {
		if len(word) > 0 {
			list = append(list, string(word))
			word = word[:0]
		}
	}
	for _, r := range clean(heading) {
		switch {
		case unicode.IsLetter(r):
			if unicode.IsUpper(r) && unicode.IsLower(last) || unicode.IsDigit(last) {
				end()
			}
			word = append(word, []rune(plainLetter(unicode.ToLower(r)))...)
		case unicode.IsDigit(r):
			if unicode.IsLetter(last) {
				end()
			}
			word = append(word, r)
		case r == '\'' || r == '’' || r == '´' || r == '`':
			// what's: one word
			continue
		default:
			end()
		}
		last = r
	}
	end()
	return list
}

// plainLetter returns a small letter without what is written above it.
func plainLetter(r rune) string {
	switch r {
	case 'å', 'ä', 'à', 'á', 'â', 'ã', 'æ':
		return "a"
	case 'ö', 'ø', 'ò', 'ó', 'ô', 'õ':
		return "o"
	case 'é', 'è', 'ê', 'ë':
		return "e"
	case 'ü', 'ù', 'ú', 'û':
		return "u"
	case 'í', 'ì', 'î', 'ï':
		return "i"
	case 'ñ':
		return "n"
	case 'ç':
		return "c"
	case 'ß':
		return "ss"
	}
	return string(r)
}

// compact returns a heading as it is looked up.
func compact(heading string) string { return strings.Join(headingWords(heading), "") }
