"""What people write when something does not work: subject, description, category, subcategory, group, system, and how it ended."""

from typing import NamedTuple


class Story(NamedTuple):
    """One kind of incident. `thing`: printer, pc, or the name of a service."""

    subject: str
    text: str
    category: str
    subcategory: str
    group: str
    thing: str
    ended: str


STORIES = tuple(
    Story(*(part.strip() for part in line.split(" | ")))
    for line in """
Papirstop i printeren | Printeren melder papirstop, men jeg kan ikke se noget papir i den. | print | jam | Print | printer | Rest af papir fjernet ved fuser.
Striber på udskrifter | Der kommer sorte striber ned ad alle sider, også på kopier. | print | quality | Print | printer | Tromlen er skiftet.
Follow-me print finder ikke mine jobs | Jeg sender til print, men der ligger ingen jobs, når jeg logger på printeren. | print | follow me | Print | Follow-me print | Brugerens kort er registreret igen.
Printeren mangler toner | Displayet viser lav toner i cyan, og udskrifterne er blege. | print | quality | Print | printer | Toner skiftet.
Kan ikke scanne til mail | Når jeg scanner, kommer der ingen mail. Det virkede i sidste uge. | print | quality | Print | printer | Adressebogen på printeren er opdateret.
Glemt adgangskode | Jeg har været på ferie og kan ikke huske min adgangskode. | access | password | Identitet og Adgang | Selvbetjening af adgangskode | Adgangskode nulstillet efter id-kontrol.
Konto låst | Min konto blev låst efter tre forsøg i morges. | access | password | Identitet og Adgang | Selvbetjening af adgangskode | Kontoen er låst op.
Mangler adgang til fællesdrev | Jeg er begyndt i en ny afdeling og kan ikke åbne vores fællesdrev. | access | rights | Identitet og Adgang | pc | Medlemskab af gruppen er oprettet.
Ny kollega mangler rettigheder i Kvantum | Vores nye kollega kan logge på Kvantum, men ser ingen bilag. | access | rights | Identitet og Adgang | Kvantum | Rollen er tildelt af systemejer.
Totrinsbekræftelse virker ikke | Jeg har fået ny telefon og får ikke længere koden til login. | access | password | Identitet og Adgang | Selvbetjening af adgangskode | Ny telefon er registreret.
VPN falder ud hjemmefra | Forbindelsen ryger hver halve time, når jeg arbejder hjemme. | network | vpn | Netværk | VPN | Klienten er opdateret til ny version.
Kan ikke komme på det trådløse net | Min pc finder nettet, men siger at den ikke kan oprette forbindelse. | network | wireless | Netværk | KK-Net trådløst | Certifikatet var udløbet og er fornyet.
Langsomt netværk på etagen | Alle på gangen oplever, at filer er længe om at åbne. | network | cable | Netværk | pc | En fejl i krydsfeltet er rettet.
Netstik virker ikke | Stikket ved mit bord er dødt, de andre virker fint. | network | cable | Netværk | pc | Porten er åbnet i switchen.
VPN beder om certifikat | Der kommer en besked om, at certifikatet mangler. | network | vpn | Netværk | VPN | Nyt certifikat rullet ud.
Pc'en starter meget langsomt | Det tager ti minutter, før jeg kan bruge den om morgenen. | hardware | computer | Digital Arbejdsplads | pc | Pc'en er geninstalleret.
Blå skærm | Pc'en genstarter af sig selv med blå skærm flere gange om dagen. | hardware | computer | Digital Arbejdsplads | pc | Dockingens firmware er opdateret.
Ekstern skærm bliver sort | Den ene skærm går i sort i få sekunder, når jeg flytter kablet. | hardware | monitor | Servicedesk | pc | Kablet er skiftet.
Dockingstation giver ikke strøm | Pc'en lader ikke, når den sidder i dockingen. | hardware | docking | Servicedesk | pc | Ny strømforsyning udleveret.
Tasterne hænger | Mellemrumstasten hænger, og musen dobbeltklikker. | hardware | keyboard | Servicedesk | pc | Nyt tastatur og mus udleveret.
Batteriet holder kun en time | Jeg kan ikke holde et møde uden strøm. | hardware | computer | Digital Arbejdsplads | pc | Batteriet er skiftet på garanti.
Outlook viser ikke nye mails | Jeg ser først mails, når jeg lukker og åbner programmet. | mail | mailbox | Digital Arbejdsplads | Outlook | Profilen er oprettet på ny.
Kan ikke åbne fællespostkasse | Jeg er føjet til postkassen, men den kommer ikke frem i Outlook. | mail | mailbox | Digital Arbejdsplads | Outlook | Rettigheden var ikke slået igennem.
Kalenderen deles ikke | Min leder kan ikke se min kalender, kun at jeg er optaget. | mail | calendar | Digital Arbejdsplads | Outlook | Delingen er sat op.
Mødelokale kan ikke bookes | Lokalet afviser alle indkaldelser. | mail | calendar | Digital Arbejdsplads | Outlook | Lokalets politik er rettet.
Postkassen er fuld | Jeg kan ikke sende mails, fordi postkassen er fuld. | mail | mailbox | Digital Arbejdsplads | Outlook | Arkiv er slået til.
Teams mangler lyd | De andre kan ikke høre mig, og mikrofonen er ikke til at vælge. | software | office | Digital Arbejdsplads | Microsoft Teams | Driver til headset opdateret.
Teams går ned ved skærmdeling | Programmet lukker, så snart jeg deler skærm. | software | office | Digital Arbejdsplads | Microsoft Teams | Cachen er ryddet.
Word skriver skrivebeskyttet | Alle dokumenter åbner skrivebeskyttet. | software | office | Digital Arbejdsplads | pc | Licensen er tildelt igen.
Excel fryser ved store ark | Excel svarer ikke, når jeg åbner regnskabet. | software | office | Digital Arbejdsplads | pc | Et tilføjelsesprogram er slået fra.
eDoc kan ikke gemme dokument | Når jeg gemmer fra Word, kommer fejlen: dokumentet er låst. | software | business | Fagsystemer | eDoc | Låsen er fjernet.
eDoc søger uden at finde noget | Søgning på sagsnummer giver ingen resultater. | software | business | Fagsystemer | eDoc | Indekset er bygget igen.
Byggesag er nede | Jeg får en hvid side, når jeg åbner systemet. | software | business | Fagsystemer | Byggesag | Tjenesten er genstartet.
Kvantum logger mig ud | Jeg bliver logget ud midt i et bilag og mister det, jeg har tastet. | software | business | Fagsystemer | Kvantum | Tidsgrænsen er sat op.
Fejl i udbetaling vises forkert | Beløbet vises med komma det forkerte sted. | software | business | Fagsystemer | Kvantum | Rettet i ny version.
Borgerkontakt viser gamle henvendelser | Listen opdateres ikke, selv om jeg genindlæser. | software | business | Fagsystemer | Borgerkontakt | Synkroniseringen er startet igen.
Telefonen ringer ikke igennem | Opkald går direkte til svarer. | phone | mobile | Mobiltelefoni | pc | Viderestilling er slået fra.
Smadret skærm på mobil | Jeg har tabt telefonen, og skærmen er knust. | phone | mobile | Mobiltelefoni | pc | Ny telefon udleveret.
Mails kommer ikke på mobilen | Siden skift af adgangskode er der ingen mails på telefonen. | phone | mobile | Mobiltelefoni | Outlook | Kontoen er sat op igen.
Hvordan sender jeg sikker mail? | Jeg skal sende noget fortroligt til en borger. | inquiry | internal application | Servicedesk | Outlook | Vejledning sendt.
Ønsker hjælp til at rydde op på drev | Vores drev er fyldt, og vi ved ikke, hvad der må slettes. | inquiry | internal application | Servicedesk | pc | Aftalt møde og ryddet op.
Program beder om administrator | Jeg kan ikke opdatere mit program uden administratorrettigheder. | software | os | Servicedesk | pc | Opdateret fra Firmaportal.
Windows opdaterer i arbejdstiden | Pc'en genstarter midt på dagen. | software | os | Digital Arbejdsplads | pc | Aktive timer er sat.
Mistænkelig mail med link | Jeg har klikket på et link i en mail, der ligner en fra banken. | security | phishing | Sikkerhed | Outlook | Adgangskode skiftet, pc scannet.
""".strip().splitlines()
)
COMMENTS = (
    "Har du prøvet at genstarte? Skriv gerne, hvad der står på skærmen.",
    "Vi kigger på det og vender tilbage i dag.",
    "Sagen er givet videre til den rette gruppe.",
    "Kan vi ringe til dig på nummeret i telefonbogen?",
)
ANSWERS = ("Ja, jeg har genstartet to gange.", "Det er det samme i dag.", "I må gerne ringe efter kl. 13.", "Tak, det haster lidt.")
NOTES = (
    "Logfil hentet fra pc'en.",
    "Genskabt hos os.",
    "Afventer svar fra leverandøren.",
    "Talt med bruger i telefonen.",
    "Set før, jf. videnartikel.",
)
