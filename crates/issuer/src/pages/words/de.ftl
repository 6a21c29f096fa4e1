# Texte der Seiten. Eine Nachricht je Text; `.sentence` am Titel einer Fehlerseite sagt, was zu tun ist.

## Jede Seite

language-name = Deutsch
skip = Zum Inhalt springen
to-continue-to = und weiter zu
signed-in-as = Angemeldet als
links = Links des Betreibers
link-support = Hilfe
link-privacy = Datenschutz
link-terms = Bedingungen
sign-in = Anmelden
sign-out = Abmelden
email = E-Mail
password = Passwort
in-words = { $unit ->
    [minutes] { $count ->
        [one] 1 Minute
       *[other] { $count } Minuten
    }
   *[seconds] { $count ->
        [one] 1 Sekunde
       *[other] { $count } Sekunden
    }
}

## Anmelden

sign-in-with = Weiter mit { $upstream }
sign-in-no-account = Noch kein Konto?
sign-in-make-one = Konto anlegen
sign-in-wrong = E-Mail oder Passwort ist falsch.
sign-in-throttled = Zu viele Fehlversuche. Bitte in { in-words } noch einmal versuchen.
leaving = Weiter zu { $upstream }
leaving-by-itself = Sie werden weitergeleitet. Wenn nichts geschieht:
leaving-link = selbst dorthin gehen

## Mit Privy anmelden

privy-script = Diese Art, sich anzumelden, braucht JavaScript. Die anderen gehen ohne.
privy-hint = { $upstream } sendet einen Code an diese Adresse.
privy-send = Code senden
privy-refused = { $upstream } hat das nicht angenommen. Prüfen Sie Ihre Eingabe, und versuchen Sie es noch einmal.
privy-back = Zurück

## Konto anlegen

sign-up = Konto anlegen
sign-up-operator = Das Konto des Betreibers einrichten
sign-up-operator-note = Mit diesem Konto wird dieser Server betrieben. Der Link gilt einmal.
sign-up-name = Name
sign-up-optional = (freiwillig)
sign-up-password-hint = Mindestens { $count } Zeichen. Gut ist ein ganzer Satz.
sign-up-make = Konto anlegen
sign-up-have-one = Schon ein Konto?
sign-up-own-email = Geben Sie eine eigene E-Mail-Adresse ein.
sign-up-taken = Mit dieser E-Mail-Adresse konnte kein Konto angelegt werden. Wenn Sie eines haben, melden Sie sich an.
email-malformed = Geben Sie eine E-Mail-Adresse ein.
password-short = Das Passwort braucht mindestens { $count } Zeichen.
password-long = Das Passwort ist zu lang.

## Abmelden

sign-out-done = Abgemeldet
sign-out-done-heading = Sie sind abgemeldet
sign-out-done-text = Ihre Sitzung in diesem Browser ist beendet. Erlaubte Apps bleiben verbunden, bis Sie sie trennen.
sign-out-again = Wieder anmelden
sign-out-question = Abmelden?
sign-out-text = Das beendet Ihre Sitzung in diesem Browser. Erlaubte Apps bleiben verbunden.

## Zustimmung

consent-title = Zugriff erlauben?
consent-allow = Darf
consent-to-use = { $resource } benutzen?
consent-sends-to = Danach geht es weiter zu
consent-nothing-more = Die App darf { $resource } in Ihrem Namen benutzen. Mehr verlangt sie nicht.
consent-acts-with = Sie handelt mit Ihrem { $upstream }-Konto bei
consent-app-limits = Was { $upstream } unserer App dort erlaubt, begrenzt das.
consent-asked-there = Dafür werden Sie dort gebeten zu erlauben:
consent-understood = Ich habe das selbst begonnen und kenne diese App.
consent-understood-missing = Bestätigen Sie, dass Sie das selbst begonnen haben, oder brechen Sie ab.
consent-scope-missing = Wählen Sie mindestens eine Berechtigung, oder brechen Sie ab.
consent-end-at-any-time = Erlauben Sie das nur, wenn Sie eben eine App verbinden wollten. Beenden können Sie es jederzeit auf
consent-account-page = Ihrer Kontoseite
consent-yes = Erlauben
consent-note-more = Mehr dazu
consent-cancel = Abbrechen
consent-other-account = Anderes Konto benutzen
consent-read = Lesen
consent-change = Ändern
consent-before = Früher erlaubt
consent-always = Immer
consent-nameless = Eine App ohne Namen
consent-known-operator = Geprüft von { $operator }.
consent-known-domain = Geprüfte Domain: { $host }.
consent-known-nobody = Ungeprüfter Name: Die App hat ihn selbst gewählt.
consent-host-loopback = Ein Programm auf diesem Computer.
consent-host-scheme = Ein Programm auf diesem Gerät, das solche Links öffnet.
consent-warn-loopback = Die Antwort geht an ein Programm auf diesem Computer. Jedes Programm hier kann unter diesem Namen gefragt haben.
consent-warn-scheme = Die Antwort geht an das Programm auf diesem Gerät, das solche Links öffnet. Jedes Programm kann unter diesem Namen gefragt haben.
consent-warn-registered = Niemand hat geprüft, wer hinter diesem Namen steht. Sehen Sie sich die Adresse oben an: Ist es die App, die Sie benutzen?
scope-openid = Wissen, welches Konto Sie benutzen
    .text = Damit sie Sie beim nächsten Mal wiedererkennt.
scope-profile = Ihren Namen sehen
    .text = So, wie Sie ihn hier angegeben haben.
scope-email = Ihre E-Mail-Adresse sehen
    .text = Das ist { $email }.
scope-offline-access = Verbunden bleiben
    .text = Auch wenn Sie nicht da sind, bis Sie es beenden.

## Ein Konto anderswo verbinden

connect-title = { $upstream } verbinden
connect-question = { $upstream } verbinden?
connect-what-for = Apps, die Sie hier erlaubt haben, handeln mit Ihrem { $upstream }-Konto. Sie erlauben das einmal, bei
connect-now = Zurzeit verbunden:
connect-now-renews = Erneutes Verbinden erneuert, was es darf.
connect-asked = Dort wird erbeten
connect-stays-here = Was { $upstream } uns gibt, bleibt verschlüsselt auf diesem Server. Apps und Chats sehen es nie, und Sie können es jederzeit beenden auf
connect-continue = Weiter zu { $host }
connect-skip = Vorerst überspringen
connect-not-now = Nicht jetzt

## Das Konto

nav = Ihr Konto
nav-home = Überblick
nav-profile = Profil
nav-apps = Verbundene Apps
nav-connections = Konten anderswo
nav-sessions = Sitzungen
nav-security = Sicherheit
nav-tokens = Zugangsschlüssel
nav-activity = Verlauf
nav-settings = Einstellungen

account-title = Konto
account-heading = Ihr Konto
account-operator = Sie betreiben diesen Server.
account-safety = Sicherheit
account-email-verified = Ihre E-Mail-Adresse ist bestätigt.
account-email-unverified = Ihre E-Mail-Adresse ist nicht bestätigt.
account-sessions = { $count ->
    [one] Auf 1 Gerät angemeldet
   *[other] Auf { $count } Geräten angemeldet
}
account-recent = Zuletzt geschehen
account-all-activity = Der ganze Verlauf
account-connected = Verbunden
account-apps = { $count ->
    [one] 1 App darf für Sie handeln
   *[other] { $count } Apps dürfen für Sie handeln
}
account-connections = { $count ->
    [one] 1 Konto anderswo ist verbunden
   *[other] { $count } Konten anderswo sind verbunden
}

## Verbundene Apps

apps-text = Diese Apps dürfen für Sie handeln, auch während Sie nicht hier sind. Öffnen Sie eine, um zu sehen, was sie getan hat, und um etwas zurückzunehmen.
apps-none = Keine. Wenn Sie einer App erlauben, sich zu verbinden, erscheint sie hier.
apps-known-gone = Sie ist hier nicht mehr registriert.
apps-last = Zuletzt benutzt
apps-never = Noch nicht benutzt
apps-calls = { $count ->
    [one] 1 Aufruf in 30 Tagen
   *[other] { $count } Aufrufe in 30 Tagen
}
apps-ended = Die App ist getrennt.
app-back = Alle verbundenen Apps
app-narrowed = Erledigt. Es gilt ab dem nächsten Aufruf der App.
app-nothing-left = Lassen Sie mindestens eine Erlaubnis angekreuzt. Um alles zurückzunehmen, trennen Sie die App unten.
app-given = Erlaubt am
app-first = Zuerst benutzt
app-last = Zuletzt benutzt
app-never = noch nicht
app-recent = Aufrufe in den letzten 30 Tagen
app-tool = Letztes Werkzeug
app-may = Sie darf
app-always = Außerdem darf sie:
app-untick = Entfernen Sie das Kreuz bei dem, was die App nicht mehr darf. Mehr erlauben Sie von der App aus.
app-save = Änderungen speichern
app-end = Trennen
app-end-text = Um alles zu beenden, trennen Sie die App.
app-end-question = Zu trennen:
app-end-effect = Ihr nächster Aufruf wird abgelehnt. Sie können sie wieder erlauben, indem Sie sie neu verbinden. Sie verliert, was Sie hier erlaubt haben:
app-end-not = Behalten
error-allowed-changed = Es hat sich inzwischen geändert
    .sentence = Was diese App darf, wurde im selben Augenblick geändert; deshalb wurde nichts zurückgenommen. Sehen Sie sich die Seite noch einmal an.

## Konten anderswo

connections-heading = Ihre Konten anderswo
connections-text = Apps, die Sie hier erlaubt haben, handeln mit diesen Konten. Trennen beendet das hier und dort.
connections-none = Hier gibt es keine Konten zu verbinden.
account-since = seit
account-disconnect = Trennen
account-connected-as = Verbunden als
account-connection-ended = Diese Verbindung ist beendet. Verbinden Sie sie neu, um sie zu benutzen:
account-connect = Verbinden
account-connect-again = Neu verbinden
account-not-connected = Nicht verbunden.

## Sitzungen

sessions-title = Sitzungen
sessions-text = Wo Sie angemeldet sind. Beenden Sie, was Sie nicht kennen oder nicht mehr benutzen.
sessions-this = Dieser Browser
sessions-from = von
sessions-since = seit
sessions-seen = zuletzt gesehen
sessions-end = Beenden
sessions-more = Alle auf einmal
sessions-end-others = Alle anderen Sitzungen beenden
sessions-end-all = Überall abmelden
sessions-apps-stay = Apps bleiben verbunden; sie enden unter
device = { $browser } auf { $system }
device-unknown = Ein unbekanntes Gerät

## Bestätigen, wer man ist

confirm-title = Bestätigen Sie, dass Sie es sind
confirm-for-security = um zu ändern, wie Sie sich anmelden
confirm-for-tokens = um einen persönlichen Zugangsschlüssel anzulegen
confirm-for-email = um Ihre E-Mail-Adresse zu ändern
confirm-for-password = um Ihr Passwort zu ändern
confirm-for-export = um Ihre Daten herunterzuladen
confirm-for-deletion = um Ihr Konto zu löschen
confirm-for-anything = um fortzufahren
confirm-why = Ihre Anmeldung ist eine Weile her. Noch wurde nichts geändert.
confirm = Bestätigen
confirm-with-code = Mit dem Code bestätigen
confirm-no-way = Hier ist nichts eingerichtet, womit Sie es bestätigen könnten. Melden Sie sich ab und wieder an, oder fragen Sie den Betreiber.
recovery-code = Wiederherstellungscode
code-once = Jeder gilt einmal.
code-by-mail = Code an { $email } senden
code-wrong = Der Code ist falsch oder wurde schon benutzt.
password-wrong = Das Passwort ist falsch.
confirm-stronger = Bestätigen Sie es auf einem der Wege auf dieser Seite.
code-of-app = Code Ihrer Authenticator-App
code-or-recovery = Sechs Ziffern, oder ein Wiederherstellungscode. Jeder gilt einmal.
passkey-use = Passkey benutzen
passkey-failed = Es wurde kein Passkey benutzt. Versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.

## Eine stärkere Anmeldung

level-title = Eine stärkere Anmeldung
level-for-passkeys = Um einen Passkey hinzuzufügen oder zu entfernen, benutzen Sie einen, den Sie haben.
level-lost = Ich habe meine Passkeys verloren: einen Wiederherstellungscode benutzen
level-for-app = um mit { $app } fortzufahren
level-for-operator = verlangt von { $operator }
level-multi-factor = Hier wird ein zweiter Faktor verlangt: ein Passkey, oder ein Code zusätzlich zum Passwort.
level-phishing-resistant = Hier wird ein Passkey verlangt: ein Schlüssel Ihres Geräts, nach dem keine andere Seite fragen kann.
level-set-up = Sie haben noch keinen. Richten Sie einen ein, dann geht es hier weiter:
level-without = Ohne fortfahren

## Der zweite Faktor

second-title = Noch ein Schritt
second-text = Ihr Konto verlangt mehr als die erste Anmeldung. Noch ist niemand angemeldet.
second-lost = Telefon oder Schlüssel verloren? An ihrer Stelle gilt einmal ein Wiederherstellungscode.
second-lost-all = Telefon oder Schlüssel verloren? Fragen Sie den Betreiber.
second-other = Anders anmelden

## Sicherheit

security-title = Anmeldung und Sicherheit
back-to-account = Zurück zu Ihrem Konto
back-to-security = Zurück zur Sicherheit
recovery-title = Wiederherstellungscodes
recovery-left = { $count ->
    [0] Sie haben keine.
    [one] Einer ist übrig.
   *[other] { $count } sind übrig.
}
recovery-what-for = Jeder beweist einmal, dass Sie es sind, wenn verloren ist, womit Sie es sonst tun.
recovery-make = Neue Wiederherstellungscodes erzeugen
recovery-keep = Bewahren Sie diese so auf, dass Sie sie auch ohne dieses Gerät finden. Sie werden nur jetzt gezeigt.
recovery-replace = Wenn Sie neue Codes erzeugen, gelten die früheren nicht mehr.
recovery-download = Als Text herunterladen
passkey = Passkey
passkeys-title = Passkeys
passkeys-text = Ein Passkey meldet Sie mit Fingerabdruck, Gesicht oder Gerätecode an und gilt nur auf dieser Seite.
passkeys-not-offered = Passkeys brauchen einen Domainnamen, und dieser Server hat keinen.
passkeys-many = Mehr Passkeys als Sie schon haben gehen nicht. Entfernen Sie erst einen.
passkey-synced = Zwischen Ihren Geräten abgeglichen
passkey-bound = Auf einem Gerät
passkey-made = angelegt
passkey-used = zuletzt benutzt
passkey-unused = noch nicht benutzt
passkey-add = Passkey anlegen
passkey-edit = Umbenennen oder entfernen
passkey-what = Ihr Browser fragt, wo er liegen soll: auf diesem Gerät, auf Ihrem Telefon oder auf einem Schlüssel. Danach meldet er Sie ohne Passwort an.
passkey-script = Passkeys brauchen JavaScript. Alles andere geht ohne.
passkey-known = Auf diesem Gerät liegt schon ein Passkey für Ihr Konto.
passkey-name = Name
passkey-name-hint = Zum Beispiel das Gerät, auf dem er liegt.
passkey-nameless = Geben Sie ihm einen Namen.
passkey-rename = Umbenennen
passkey-remove = Entfernen
passkey-remove-text = Hier gilt er dann sofort nicht mehr. Ihr Gerät zeigt ihn, bis Sie ihn auch dort löschen.
passkey-last = Das ist Ihr einziger Weg, sich anzumelden, deshalb bleibt er. Richten Sie erst einen anderen ein.
password-first = Ein Passwort wählen
elsewhere-title = Konten anderswo
elsewhere-text = Ein Konto, das Sie anderswo haben, kann Sie hier anmelden.
elsewhere-add = Ein Konto bei { $upstream } hinzufügen
elsewhere-remove = Entfernen
elsewhere-last = Nichts anderes meldet Sie an. Fügen Sie einen Passkey oder ein Passwort hinzu, um es zu entfernen.
totp-title = Authenticator-App
totp-on = Nach dem Passwort wird ein Code Ihrer App verlangt.
totp-off = Eine App auf Ihrem Telefon zeigt jede halbe Minute einen Code, der nach dem Passwort verlangt wird.
totp-set-up = App einrichten
totp-replace = Andere App einrichten
totp-remove = Keine Codes mehr verlangen
totp-scan = Scannen Sie das mit Ihrer App, oder tippen Sie den Schlüssel ein. Geben Sie dann den Code ein, den sie zeigt.
totp-picture = QR-Code für Ihre Authenticator-App
totp-key = Schlüssel:
totp-code = Code der App
totp-confirm = Einrichten
totp-wrong = Das ist nicht der Code von jetzt. Prüfen Sie die Uhr Ihres Telefons, und versuchen Sie den nächsten Code.
go-on = Weiter

## Sprache und Farben

settings-text = Sie gelten in diesem Browser und in jedem anderen, in dem Sie sich ab jetzt anmelden.
settings-language = Sprache
settings-language-browser = Wie der Browser
settings-theme = Farben
settings-theme-system = Wie das System
settings-theme-light = Hell
settings-theme-dark = Dunkel
settings-save = Anwenden

## Persönliche Zugangsschlüssel

tokens-text = Ihre eigenen Programme benutzen diese, statt sich anzumelden. Wer einen hat, darf, was er erlaubt; bewahren Sie sie auf wie Passwörter.
tokens-none = Sie haben keine.
tokens-made = Angelegt
tokens-until = gültig bis
tokens-expired = beendet
tokens-revoke = Widerrufen
tokens-new = Neuer Zugangsschlüssel
tokens-new-for = Neuer Zugangsschlüssel für { $resource }
token-text = Er gilt für diese eine Stelle, sobald er angelegt ist und bis er endet oder Sie ihn widerrufen.
token-name = Name
token-name-hint = Wofür er ist, damit Sie ihn später erkennen.
token-name-missing = Geben Sie ihm einen Namen.
token-days = Tage, bis er endet
token-days-hint = { $count ->
    [one] Höchstens 1 Tag.
   *[other] Höchstens { $count } Tage.
}
token-days-wrong = { $count ->
    [one] Geben Sie 1 Tag ein.
   *[other] Geben Sie eine Zahl von Tagen von 1 bis { $count } ein.
}
token-too-many = Sie haben { $count } Zugangsschlüssel, mehr geht nicht. Widerrufen Sie zuerst einen.
token-make = Zugangsschlüssel anlegen
token-back = Alle Zugangsschlüssel
token-made = Ihr neuer Zugangsschlüssel
token-made-text = Kopieren Sie ihn jetzt. Er wird nicht noch einmal gezeigt, und niemand kann ihn nachsehen.
token-made-use = Programme senden ihn als
error-no-such-resource = Diese Stelle gibt es nicht
    .sentence = Für sie können keine Zugangsschlüssel angelegt werden. Gehen Sie zurück und wählen Sie eine der angebotenen.

## Verlauf

activity-text = Was in Ihrem Namen geschah, das Neueste zuerst. Etwas kennen Sie nicht?
activity-not-me = Das war ich nicht
activity-show = Zeigen
activity-filter = Anwenden
activity-none = Noch nichts.
activity-newest = Neueste
activity-older = Ältere
activity-group-all = Alles außer alltäglicher Benutzung
activity-group-use = Alltägliche Benutzung
activity-group-sign-in = Anmeldung
activity-group-apps = Apps
activity-group-account = Konto
activity-somebody = eine App
activity-own-token = einem persönlichen Zugangsschlüssel
activity-authorization-requested = Um Zugriff bat { $app }.
activity-call-refused = Ein Aufruf von { $app } wurde abgelehnt.
activity-client-changed = Vom Betreiber geändert: { $app }.
activity-client-deleted = Gelöscht: { $app }.
activity-client-disabled = Vom Betreiber gesperrt: { $app }.
activity-client-registered = Hat sich registriert: { $app }.
activity-code-replayed = Ein Code von { $app } wurde zweimal benutzt; was daraus entstand, ist beendet.
activity-connection-ended = Die Verbindung zu einem Konto anderswo wurde beendet.
activity-connection-made = Sie haben ein Konto anderswo verbunden.
activity-connection-renewed = Die Verbindung zu einem Konto anderswo wurde erneuert.
activity-connection-used = Ihr Konto anderswo hat benutzt: { $app }.
activity-consent-denied = Sie haben { $app } keinen Zugriff erlaubt.
activity-consent-given = Sie haben { $app } Zugriff erlaubt.
activity-consent-narrowed = Sie haben { $app } einen Teil des Erlaubten wieder genommen.
activity-grant-issued = Zugriff bekam { $app }.
activity-grant-refreshed = Den Zugriff erneuert hat { $app }.
activity-grant-refused = Um Zugriff bat { $app } und wurde abgelehnt.
activity-grant-revoked = Der Zugriff von { $app } wurde beendet.
activity-identity-confirmed = Sie haben bestätigt, dass Sie es sind.
activity-key-changed = Ein Schlüssel wurde geändert.
activity-operator-created = Ihr Konto wurde das des Betreibers.
activity-person-changed = Der Betreiber hat Ihr Konto geändert.
activity-personal-token-made = Sie haben einen persönlichen Zugangsschlüssel angelegt.
activity-personal-token-revoked = Sie haben einen persönlichen Zugangsschlüssel widerrufen.
activity-passkey-added = Sie haben einen Passkey angelegt.
activity-passkey-removed = Sie haben einen Passkey entfernt.
activity-privy-token-handed-over = Ihr Privy-Token ging an { $app }.
activity-recovery-codes-made = Sie haben neue Wiederherstellungscodes erzeugt.
activity-totp-added = Sie haben eine Authenticator-App eingerichtet.
activity-totp-removed = Sie haben Ihre Authenticator-App entfernt.
activity-refresh-replayed = Ein kopiertes Token von { $app } wurde benutzt; der Zugriff ist beendet.
activity-session-ended = Sie haben eine Sitzung beendet.
activity-session-stolen = Eine Sitzung endete, weil ihr Cookie kopiert wurde.
activity-sign-in-failed = Jemand konnte sich nicht anmelden.
activity-signed-in = Sie haben sich angemeldet.
activity-signed-out = Sie haben sich abgemeldet.
activity-signed-up = Sie haben dieses Konto angelegt.
activity-token-revoked = Ein Token gab zurück: { $app }.
activity-deletion-asked = Sie haben um die Löschung des Kontos gebeten.
activity-deletion-taken-back = Sie haben das Konto doch behalten.
activity-email-code-sent = Ein Code wurde Ihnen per Mail geschickt.
activity-email-changed = Sie haben Ihre E-Mail-Adresse geändert.
activity-exported = Sie haben Ihre Daten heruntergeladen.
activity-identity-linked = Sie haben ein Konto anderswo zum Anmelden hinzugefügt.
activity-identity-unlinked = Sie haben ein Konto anderswo zum Anmelden entfernt.
activity-invited = Der Betreiber hat eine Einladung verschickt.
activity-password-changed = Sie haben Ihr Passwort geändert.
activity-password-forgotten = Jemand hat per Mail um ein neues Passwort gebeten.
activity-person-deleted = Das Konto wurde gelöscht.
not-me-title = Das war ich nicht
not-me-text = Wenn jemand anderes in Ihrem Namen gehandelt hat, beenden Sie, was diese Person haben könnte. Es gilt sofort.
not-me-sessions = Alle anderen Sitzungen beenden
not-me-sessions-text = Nur dieser Browser bleibt angemeldet.
not-me-apps = Alle Apps trennen
not-me-apps-text = Verbinden Sie neu, was Sie benutzen.
not-me-tokens = Alle persönlichen Zugangsschlüssel widerrufen
not-me-tokens-text = Programme, die einen benutzen, gehen dann nicht mehr.
not-me-end = Angekreuztes beenden
not-me-done = Erledigt. Es ist beendet.
not-me-next = Wenn jemand Ihr Passwort kennen könnte, ändern Sie als Nächstes, wie Sie sich anmelden:

## Fehler

error-reference = Kennung: { $id }
error-internal = Etwas ist schiefgegangen
    .sentence = Das ist unser Fehler. Gehen Sie zurück und versuchen Sie es noch einmal.
error-unavailable = Zurzeit nicht verfügbar
    .sentence = Bitte versuchen Sie es gleich noch einmal.
error-too-many = Zu viele Versuche
    .sentence = Bitte versuchen Sie es in { in-words } noch einmal.
error-signed-out = Sie sind abgemeldet
    .sentence = Es wurde nichts getan. Melden Sie sich wieder an und beginnen Sie in der App von vorn.
error-other-site = Von einer anderen Website gesendet
    .sentence = Dieses Formular kam nicht von unserer eigenen Seite, deshalb wurde nichts getan.
error-not-a-form = Kein Formular
    .sentence = Hier werden nur Formulare angenommen.
error-out-of-date = Die Seite ist veraltet
    .sentence = Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal. Cookies müssen für diese Website erlaubt sein.
error-too-large = Zu viel Text
    .sentence = Das Formular enthält mehr, als diese Seite brauchen kann.
error-unreadable = Die Anfrage ist nicht lesbar
    .sentence = Grund: { $reason }.
error-sign-up-closed = Hier legt man keine Konten an
    .sentence = Konten legt der Betreiber an. Bitten Sie um eines und melden Sie sich dann an.
error-setup-dead = Dieser Link gilt nicht
    .sentence = Er wurde benutzt, ist abgelaufen, oder es gibt schon einen Betreiber. Solange es keinen gibt, zeigt der Server beim Start einen neuen Link.
error-no-decision = Keine Entscheidung
    .sentence = Gehen Sie zurück und wählen Sie Abbrechen oder Erlauben.
error-already-answered = Schon beantwortet
    .sentence = Sie haben das schon entschieden, und es zählt einmal. Gehen Sie zurück in die App; wenn sie noch wartet, beginnen Sie dort von vorn.
error-app-changed = Die App hat sich geändert
    .sentence = Sie ist nicht mehr, was diese Seite zeigte; deshalb wurde nichts entschieden. Beginnen Sie in der App von vorn.
error-pending-stale = Diese Seite gilt nicht mehr
    .sentence = Es wurde nichts entschieden. Beginnen Sie in der App von vorn.
error-no-app-named = Die Anfrage nennt keine App
    .sentence = Der Link ist unvollständig. Beginnen Sie in der App von vorn.
error-app-unknown = Diese App ist hier nicht bekannt
    .sentence = Ihre Anmeldung hier ist gelöscht oder war nie da. Entfernen Sie die Verbindung in der App und fügen Sie sie neu hinzu.
error-app-blocked = Diese App ist hier gesperrt
    .sentence = Der Betreiber dieses Servers hat sie gesperrt.
error-app-silent = Die App lässt sich gerade nicht prüfen
    .sentence = Die Adresse, die sagt, wer sie ist, antwortet nicht. Versuchen Sie es in einer Minute noch einmal.
error-app-refused = Diese App kann nicht angenommen werden
    .sentence = Sie nennt eine Adresse, die sagen soll, wer sie ist, aber: { $reason }.
error-redirect-missing = Die Anfrage sagt nicht, wohin zurück
    .sentence = Die App hat mehrere Adressen angegeben und keine genannt. Entfernen Sie die Verbindung in der App und fügen Sie sie neu hinzu.
error-redirect-unknown = Die Rückkehradresse der App ist nicht bekannt
    .sentence = Der Weg dorthin könnte Ihren Zugriff jemand anderem geben; deshalb wurde nichts getan. Entfernen Sie die Verbindung in der App und fügen Sie sie neu hinzu.
error-no-such-app = Keine solche App
    .sentence = Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.
error-upstream-unknown = Das gibt es hier nicht
    .sentence = Konten dieser Art können hier nicht benutzt werden.
error-upstream-too-long = Die Anfrage ist zu lang
    .sentence = Was die App verlangt, ist zu lang, um mitgenommen zu werden. Gehen Sie auf Ihre Kontoseite und beginnen Sie dann in der App von vorn.
error-upstream-stale = Diese Anmeldung gilt nicht mehr
    .sentence = Sie wurde in einem anderen Browser oder vor zu langer Zeit begonnen, oder schon beendet. Es wurde nichts getan. Beginnen Sie von vorn.
error-upstream-cancelled = Es wurde nichts verbunden
    .sentence = { $upstream } wurde verlassen, ohne den Zugriff zu erlauben; es hat sich nichts geändert. Beginnen Sie in der App von vorn, oder melden Sie sich anders an.
error-connect-link-dead = Dieser Link gilt nicht mehr
    .sentence = Bitten Sie die App um einen neuen.
error-connect-other-person = Jemand anderes ist angemeldet
    .sentence = Die App handelt für jemand anderen als die Person, die hier angemeldet ist. Melden Sie sich ab, als diese Person an, und öffnen Sie den Link noch einmal.
error-connected-for-other = Jemand anderes ist angemeldet
    .sentence = Das Konto sollte für jemand anderen verbunden werden als für die Person, die jetzt angemeldet ist; deshalb wurde nichts verbunden.
error-other-account = Ein anderes Konto
    .sentence = Sie sind als { $connected } verbunden und kamen als { $arrived } zurück. Es hat sich nichts geändert. Um das Konto zu wechseln, trennen Sie { $upstream } zuerst auf Ihrer Kontoseite.
error-upstream-away = Es hat nicht geklappt
    .sentence = { $upstream } antwortet zurzeit nicht. Es wurde nichts getan; versuchen Sie es bald noch einmal.
error-upstream-refused = Es hat nicht geklappt
    .sentence = { $upstream } hat diese Anmeldung nicht angenommen. Es wurde nichts getan; beginnen Sie von vorn.
error-account-disabled = Nicht angemeldet
    .sentence = Dieses Konto ist geschlossen. Wenden Sie sich an den Betreiber.
error-account-closed = Nicht angemeldet
    .sentence = Zu diesem { $upstream }-Konto gehört hier kein Konto, und neue legt der Betreiber an. Bitten Sie um eines, melden Sie sich an und verbinden Sie { $upstream } auf Ihrer Kontoseite.
error-account-email-taken = Nicht angemeldet
    .sentence = Es gibt schon ein Konto mit der E-Mail-Adresse dieses { $upstream }-Kontos. Melden Sie sich dort mit Ihrem Passwort an; dann können Sie { $upstream } verbinden.

## Nachweis einer Adresse

verify-title = Sehen Sie in Ihre Mail
verify-sent = Ein Code ist unterwegs an
verify-code = Code
verify-hint = Sechs Ziffern. Sie gelten einige Minuten, nur auf dieser Seite.
verify-confirm = Bestätigen
verify-again = Neuen Code senden
verify-other-address = Andere Adresse benutzen
verify-wrong = Das ist nicht der zuletzt gesendete Code.
sign-up-other-domain = Konten sind hier für andere Adressen. Nehmen Sie die Ihrer Organisation.
password-guessable = Dieses Passwort gehört zu denen, die zuerst probiert werden. Nehmen Sie ein längeres oder mehrere Wörter.
password-compromised = Dieses Passwort ist anderswo bekannt geworden. Nehmen Sie ein anderes.
error-code-dead = Dieser Code gilt nicht mehr
    .sentence = Er wurde benutzt, ist zu alt oder wurde zu oft probiert. Beginnen Sie von vorn; wenn Sie ein Konto haben, melden Sie sich an.
error-link-dead = Dieser Link gilt nicht mehr
    .sentence = Er wurde benutzt oder ist zu alt. Fordern Sie einen neuen an.
error-invitation-dead = Sie brauchen eine Einladung
    .sentence = Konten sind hier für Menschen, die der Betreiber einlädt. Dieser Link hat keine Einladung, oder sie wurde benutzt oder ist zu alt.
error-no-mail = Das gibt es hier nicht
    .sentence = Dieser Server verschickt keine Mail. Wenden Sie sich an den Betreiber.

## Vergessenes Passwort

forgot = Passwort vergessen?
forgot-text = Geben Sie die Adresse Ihres Kontos ein. Wir senden einen Link dorthin, mit dem Sie ein neues Passwort wählen.
forgot-send = Link senden
forgot-sent = Wenn es ein Konto mit dieser Adresse gibt, ist ein Link unterwegs. Sehen Sie in Ihre Mail; es kann einige Minuten dauern.
forgot-again = An eine andere Adresse senden
reset = Ein neues Passwort wählen
reset-for = Für
reset-end-sessions = Überall sonst abmelden
reset-end-apps = Alle Apps trennen und alle persönlichen Zugangsschlüssel widerrufen
reset-done = Ihr Passwort ist geändert. Melden Sie sich mit dem neuen an.
new-password = Neues Passwort
new-password-keep = Dieses Passwort behalten

## Mail

mail-not-you = Wenn Sie das nicht waren, tun Sie nichts. Ohne diese Mail kann niemand etwas tun.
mail-sign-up = Ihr Code
mail-sign-up-text = Jemand, wahrscheinlich Sie, legt mit dieser Adresse ein Konto an. Geben Sie diesen Code auf der Seite ein, auf der Sie begonnen haben:
mail-confirm-text = Jemand, wahrscheinlich Sie, bestätigt, wer er ist. Geben Sie diesen Code auf der Seite ein, auf der er verlangt wurde:
mail-confirm-not-you = Wenn Sie das nicht waren, benutzt jemand einen Browser, in dem Sie angemeldet sind: Beenden Sie dessen Sitzung.
mail-second-text = Jemand, wahrscheinlich Sie, meldet sich mit Ihrem Passwort an. Geben Sie diesen Code auf der Seite ein, auf der er verlangt wurde:
mail-second-not-you = Wenn Sie das nicht waren, kennt jemand Ihr Passwort: Ändern Sie es sofort. Ohne diesen Code wird niemand angemeldet.
mail-account-exists = Sie haben schon ein Konto
mail-account-exists-text = Jemand, wahrscheinlich Sie, wollte mit dieser Adresse ein Konto anlegen. Es gibt schon eines: Melden Sie sich an, oder wählen Sie ein neues Passwort, wenn Sie Ihres vergessen haben.
mail-reset = Ein neues Passwort wählen
mail-reset-text = Jemand, wahrscheinlich Sie, hat für dieses Konto um ein neues Passwort gebeten.
mail-password-changed = Ihr Passwort wurde geändert
mail-password-changed-text = Wenn Sie das nicht waren, wählen Sie sofort ein neues, und melden Sie sich überall ab.
mail-new-device = Eine neue Anmeldung an Ihrem Konto
mail-new-device-text = Jemand hat sich mit { $device } angemeldet, von { $address }. Wenn Sie das waren, ist nichts zu tun. Wenn nicht, melden Sie sich überall ab und ändern Sie Ihr Passwort.
mail-passkey = Ihr Konto hat einen Passkey mehr
mail-passkey-text = Von jetzt an meldet ein weiterer Passkey an Ihrem Konto an. Wenn Sie das nicht waren, entfernen Sie ihn, ändern Sie Ihr Passwort und melden Sie sich überall ab.
mail-totp = Ihr Konto hat eine Authenticator-App mehr
mail-totp-text = Von jetzt an belegen Codes einer Authenticator-App, dass Sie es sind. Wenn Sie das nicht waren, entfernen Sie sie, ändern Sie Ihr Passwort und melden Sie sich überall ab.
mail-identity = Ein fremdes Konto gehört jetzt zu Ihrem
mail-identity-text = Von jetzt an meldet ein Konto bei { $upstream } an Ihrem Konto an. Wenn Sie das nicht waren, entfernen Sie es, ändern Sie Ihr Passwort und melden Sie sich überall ab.
mail-token = Ein persönlicher Zugangsschlüssel wurde angelegt
mail-token-text = Wer den Zugangsschlüssel „{ $name }“ hat, kann in Ihrem Namen handeln. Wenn Sie ihn nicht angelegt haben, widerrufen Sie ihn, ändern Sie Ihr Passwort und melden Sie sich überall ab.
mail-session-stolen = Sie wurden in einem Browser abgemeldet
mail-session-stolen-text = Zwei Browser haben dieselbe Anmeldung benutzt; jemand hat vielleicht eine Kopie davon. Sie ist beendet. Wenn das wieder geschieht, lassen Sie Ihren Rechner prüfen; und sehen Sie nach, ob es andere Anmeldungen gibt, die nicht Ihre sind.
mail-look-at-security = Sehen, wie man sich an Ihrem Konto anmeldet
mail-look-at-tokens = Ihre Zugangsschlüssel ansehen
mail-replay = Eine App wurde getrennt
mail-replay-text = Ein Schlüssel von { $client } wurde zweimal benutzt; jemand hat vielleicht eine Kopie davon. Die App ist getrennt; verbinden Sie sie neu, wenn Sie sie benutzen.
mail-look-at-sessions = Sehen, wo Sie angemeldet sind
mail-invitation = Eine Einladung von { $operator }
mail-invitation-text = Sie sind eingeladen, bei { $operator } ein Konto anzulegen. Der Link gilt einige Tage, einmal.

## Das Profil

profile-title = Profil
profile-keep-name = Namen speichern
profile-name-kept = Der Name ist gespeichert.
profile-verified = bestätigt
profile-email-sent = Wenn diese Adresse benutzt werden kann, ist ein Link dorthin unterwegs. Öffnen Sie ihn in diesem Browser.
profile-email-changed = Ihre Adresse ist geändert.
profile-password-changed = Ihr Passwort ist geändert.
profile-data = Ihre Daten
profile-export-text = Eine Datei mit allem, was hier über Sie gespeichert ist: Konto, Verbindungen, was Sie erlaubt haben, was Apps für Sie aufbewahren und was geschehen ist.
profile-export = Herunterladen
email-title = E-Mail-Adresse ändern
email-now = Jetzige Adresse:
email-new = Neue Adresse
email-hint = Ein Link geht dorthin. Vorher ändert sich nichts.
email-change = Diese Adresse benutzen
error-email-taken = Diese Adresse ist vergeben
    .sentence = Inzwischen hat sie ein anderes Konto; es hat sich nichts geändert.
error-link-for-other = Jemand anderes ist angemeldet
    .sentence = Dieser Link ist für jemand anderen als die Person, die hier angemeldet ist. Melden Sie sich ab, als diese Person an, und öffnen Sie ihn noch einmal.
password-title = Passwort ändern
mail-change-email = Bestätigen Sie Ihre neue Adresse
mail-change-email-text = Das Konto von { $email } soll diese Adresse benutzen. Öffnen Sie den Link in dem Browser, in dem Sie angemeldet sind.
mail-email-changed = Ihre E-Mail-Adresse wurde geändert
mail-email-changed-text = Ihr Konto benutzte bisher { $old } und benutzt jetzt { $new }. Wenn Sie das nicht waren, schreiben Sie dem Betreiber dieses Servers.

## Das Konto löschen

delete-title = Konto löschen
delete-question = Ihr Konto löschen?
delete-what = Sie werden überall abgemeldet, und alle Apps verlieren sofort den Zugriff. Danach wird alles gelöscht, was über Sie gespeichert ist, auch bei den Apps dieses Servers.
delete-days = { $days ->
    [0] Es wird innerhalb einer Stunde gelöscht und lässt sich nicht zurückholen.
    [one] Einen Tag lang können Sie es noch behalten, mit einem Link in der Mail, die Sie bekommen.
   *[other] { $days } Tage lang können Sie es noch behalten, mit einem Link in der Mail, die Sie bekommen.
}
delete-type-address = Um es zu löschen, geben Sie ein:
delete-other-address = Das ist nicht die Adresse Ihres Kontos.
delete-done = Ihr Konto ist geschlossen und wird gelöscht.
keep = Konto behalten
keep-question = Ihr Konto behalten?
keep-done = Ihr Konto bleibt
keep-done-text = Melden Sie sich wieder an. Apps müssen neu erlaubt werden.
mail-deletion = Ihr Konto wird gelöscht
mail-deletion-text = { $days ->
    [0] Sie haben darum gebeten, es zu löschen. Das geschieht innerhalb einer Stunde.
    [one] Sie haben darum gebeten, es zu löschen. Das geschieht in einem Tag. Bis dahin können Sie es behalten:
   *[other] Sie haben darum gebeten, es zu löschen. Das geschieht in { $days } Tagen. Bis dahin können Sie es behalten:
}
error-account-other-identity = Nicht angemeldet
    .sentence = Ihr Konto hier meldet sich mit einem anderen { $upstream }-Konto an. Melden Sie sich mit jenem oder auf andere Weise an.
error-identity-taken = Ein anderes Konto
    .sentence = Mit diesem { $upstream }-Konto meldet sich hier jemand anderes an, oder Sie melden sich schon mit einem anderen { $upstream }-Konto an. Nichts wurde geändert.
error-last-way-in = Der letzte Weg zur Anmeldung
    .sentence = Ohne ihn könnte sich niemand mehr bei Ihrem Konto anmelden, darum wurde nichts geändert. Fügen Sie zuerst einen anderen hinzu.
error-passkey-not-offered = Hier gibt es keine Passkeys
    .sentence = Passkeys brauchen einen Domainnamen, und dieser Server hat keinen. Wählen Sie einen anderen Weg.
error-passkey-stale = Diese Seite gilt nicht mehr
    .sentence = Sie war zu lange offen oder wurde schon benutzt. Nichts wurde getan. Gehen Sie zurück, laden Sie die Seite neu, und versuchen Sie es noch einmal.
error-passkey-other-person = Der Passkey eines anderen Kontos
    .sentence = Er gehört jemand anderem als gefragt war, deshalb wurde nichts getan. Gehen Sie zurück, und wählen Sie einen anderen.
error-passkey-refused = Der Passkey wurde nicht angenommen
    .sentence = Er ist hier nicht bekannt oder wurde abgelehnt. Nichts wurde getan. Gehen Sie zurück, und wählen Sie einen anderen Weg.
error-passkey-taken = Dieser Passkey ist schon bekannt
    .sentence = Er gehört zu einem Konto hier, deshalb wurde nichts getan.
